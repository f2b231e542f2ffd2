// PNG, WebP and BMP through FFmpeg's decoders, without a demuxer: the file is one packet.

#include "video/still_decoders.h"

#include <cstring>
#include <new>

#include "video/ffmpeg_handles.h"
#include "vrlt/core/error.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace vrlt::video {
namespace {

[[noreturn]] void fail(const std::string& name, const std::string& what) {
  throw DataError(concat(name, ": ", what, " [corrupt]"));
}

/// The size of a picture is known when its memory is asked for: above the limit there is none.
struct SizeGuard {
  int64_t max_pixels = 0, refused_height = 0, refused_width = 0;

  static int get_buffer(AVCodecContext* context, AVFrame* frame, int flags) {
    auto& guard = *static_cast<SizeGuard*>(context->opaque);
    if (frame->width < 1 || frame->height > guard.max_pixels / frame->width) {
      guard.refused_height = frame->height;
      guard.refused_width = frame->width;
      return AVERROR(ENOMEM);
    }
    return avcodec_default_get_buffer2(context, frame, flags);
  }
};

Frame decode_frame(AVCodecID id, std::string_view bytes, const std::string& name,
                   const DecodeLimits& limits) {
  av_log_set_level(AV_LOG_QUIET);
  const AVCodec* codec = avcodec_find_decoder(id);
  VRLT_CHECK(codec != nullptr, "this FFmpeg cannot decode ", avcodec_get_name(id));
  const CodecContext context(made(avcodec_alloc_context3(codec)));
  context->thread_count = 1;
  SizeGuard guard{.max_pixels = limits.max_pixels_per_frame};
  context->opaque = &guard;
  context->get_buffer2 = SizeGuard::get_buffer;
  context->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
  const Packet packet(made(av_packet_alloc()));
  Frame frame(made(av_frame_alloc()));
  if (av_new_packet(packet.get(), static_cast<int>(bytes.size())) < 0) throw std::bad_alloc();
  std::memcpy(packet->data, bytes.data(), bytes.size());
  int code = avcodec_open2(context.get(), codec, nullptr);
  if (code == 0) code = avcodec_send_packet(context.get(), packet.get());
  if (code == 0) code = avcodec_receive_frame(context.get(), frame.get());
  if (guard.refused_width > 0) check_size(guard.refused_height, guard.refused_width, name, limits);
  if (code != 0) fail(name, concat(codec->name, ": ", ffmpeg_reason(code)));
  check_size(frame->height, frame->width, name, limits);
  return frame;
}

/// Packed native formats: of every component the high byte, which comes first in PNG's 16-bit
/// samples.
Picture unpack(const AVFrame& frame, int64_t components, int64_t bytes_per_component,
               int64_t kept) {
  Picture picture{.height = frame.height, .width = frame.width, .channels = kept};
  picture.samples.reserve(static_cast<size_t>(picture.height * picture.width * kept));
  for (int64_t y = 0; y < picture.height; ++y) {
    const uint8_t* row = frame.data[0] + y * frame.linesize[0];
    for (int64_t x = 0; x < picture.width; ++x)
      for (int64_t c = 0; c < kept; ++c)
        picture.samples.push_back(row[(x * components + c) * bytes_per_component]);
  }
  return picture;
}

Picture look_up_palette(const AVFrame& frame) {
  Picture picture{.height = frame.height, .width = frame.width, .channels = 3};
  for (int64_t y = 0; y < picture.height; ++y)
    for (int64_t x = 0; x < picture.width; ++x) {
      uint32_t argb = 0;
      std::memcpy(&argb, frame.data[1] + 4 * frame.data[0][y * frame.linesize[0] + x], sizeof argb);
      for (const int shift : {16, 8, 0})
        picture.samples.push_back(static_cast<uint8_t>(argb >> shift));
    }
  return picture;
}

Picture convert(const AVFrame& frame, const std::string& name) {
  const auto* description = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (description == nullptr) fail(name, "an unknown pixel format");
  const bool has_alpha = (description->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
  const auto target = has_alpha ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
  const Scaler scaler(sws_getContext(
      frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width,
      frame.height, target, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr,
      nullptr));
  if (!scaler) {
    require_some_memory();
    fail(name, concat("pixel format ", description->name, " cannot be converted to RGB"));
  }
  // swscale may write beyond an odd width: it gets padded lines.
  const Frame rgb(made(av_frame_alloc()));
  rgb->format = target;
  rgb->width = frame.width;
  rgb->height = frame.height;
  if (av_frame_get_buffer(rgb.get(), 64) < 0) throw std::bad_alloc();
  if (sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, rgb->data,
                rgb->linesize) != frame.height)
    fail(name, "the picture cannot be converted to RGB");
  const int64_t channels = has_alpha ? 4 : 3;
  return unpack(*rgb, channels, 1, channels);
}

Picture to_picture(const AVFrame& frame, const std::string& name) {
  switch (frame.format) {
    case AV_PIX_FMT_PAL8:
      return look_up_palette(frame);
    case AV_PIX_FMT_GRAY8:
      return unpack(frame, 1, 1, 1);
    case AV_PIX_FMT_YA8:
      return unpack(frame, 2, 1, 1);
    case AV_PIX_FMT_RGB24:
      return unpack(frame, 3, 1, 3);
    case AV_PIX_FMT_RGBA:
      return unpack(frame, 4, 1, 4);
    case AV_PIX_FMT_GRAY16BE:
      return unpack(frame, 1, 2, 1);
    case AV_PIX_FMT_YA16BE:
      return unpack(frame, 2, 2, 1);
    case AV_PIX_FMT_RGB48BE:
      return unpack(frame, 3, 2, 3);
    case AV_PIX_FMT_RGBA64BE:
      return unpack(frame, 4, 2, 4);
    default:
      return convert(frame, name);
  }
}

Picture decode_packet(AVCodecID id, std::string_view bytes, const std::string& name,
                      const DecodeLimits& limits) {
  return to_picture(*decode_frame(id, bytes, name, limits), name);
}

}  // namespace

void check_size(int64_t height, int64_t width, const std::string& name,
                const DecodeLimits& limits) {
  if (height < 1 || width < 1) fail(name, concat("a picture of ", width, "x", height));
  if (height > limits.max_pixels_per_frame / width)
    throw DataError(concat(name, ": a picture of ", width, "x", height, " is above the limit of ",
                           limits.max_pixels_per_frame, " pixels [limit]"));
}

Picture decode_png(std::string_view bytes, const std::string& name, const DecodeLimits& limits) {
  return decode_packet(AV_CODEC_ID_PNG, bytes, name, limits);
}

Picture decode_webp(std::string_view bytes, const std::string& name, const DecodeLimits& limits) {
  return decode_packet(AV_CODEC_ID_WEBP, bytes, name, limits);
}

Picture decode_bmp(std::string_view bytes, const std::string& name, const DecodeLimits& limits) {
  return decode_packet(AV_CODEC_ID_BMP, bytes, name, limits);
}

}  // namespace vrlt::video
