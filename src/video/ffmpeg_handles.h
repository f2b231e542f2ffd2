#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

#include "vrlt/core/out_of_memory.h"

namespace vrlt::video {

/// Owners of FFmpeg's objects: each is freed by its own function.
struct FfmpegDeleter {
  void operator()(AVFormatContext* p) const { avformat_close_input(&p); }
  void operator()(AVCodecContext* p) const { avcodec_free_context(&p); }
  void operator()(AVFrame* p) const { av_frame_free(&p); }
  void operator()(AVPacket* p) const { av_packet_free(&p); }
  void operator()(SwsContext* p) const { sws_freeContext(p); }
};
using InputFormat = std::unique_ptr<AVFormatContext, FfmpegDeleter>;
using CodecContext = std::unique_ptr<AVCodecContext, FfmpegDeleter>;
using Frame = std::unique_ptr<AVFrame, FfmpegDeleter>;
using Packet = std::unique_ptr<AVPacket, FfmpegDeleter>;
using Scaler = std::unique_ptr<SwsContext, FfmpegDeleter>;

[[noreturn]] inline void lacks_memory() {
  throw OutOfMemoryError(out_of_memory_message("FFmpeg could not allocate any"));
}

/// Memory that ran out says nothing about a file: it ends the program instead of counting as
/// damage. A damaged file, though, asks for more than there can be: then some is still to be had.
/// @throws OutOfMemoryError.
inline void require_some_memory() {
  constexpr size_t kSome = 64 << 20;
  void* some = av_malloc(kSome);
  if (some == nullptr) lacks_memory();
  av_free(some);
}

/// An object that one of FFmpeg's functions has made.
/// @throws OutOfMemoryError if it is none.
template <typename Object>
Object* made(Object* object) {
  if (object == nullptr) lacks_memory();
  return object;
}

/// @throws OutOfMemoryError.
inline void check_memory(int code) {
  if (code == AVERROR(ENOMEM)) require_some_memory();
}

/// For messages. FFmpeg calls memory that it could not have by many names, even "Protocol not
/// found".
/// @throws OutOfMemoryError.
inline std::string ffmpeg_reason(int code) {
  require_some_memory();
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

}  // namespace vrlt::video
