#include "vrlt/video/encoder.h"

#include "video/ffmpeg_handles.h"
#include "vrlt/core/error.h"

namespace vrlt::video {
namespace {

void require(bool condition, const std::string& what) {
  if (!condition) throw DataError("video encoder: " + what);
}

/// @param code  what a muxer or file function returned.
void require_written(int code, const std::filesystem::path& path) {
  if (code < 0) throw DiskError(concat(path.string(), ": cannot write: ", ffmpeg_reason(code)));
}

/// RGB24 to the encoder's pixel format.
Frame convert(const RgbFrame& rgb, AVPixelFormat format) {
  Frame frame(made(av_frame_alloc()));
  frame->format = format;
  frame->width = static_cast<int>(rgb.width);
  frame->height = static_cast<int>(rgb.height);
  require(av_frame_get_buffer(frame.get(), 0) >= 0, "no memory for a frame");
  const Scaler scaler(sws_getContext(
      frame->width, frame->height, AV_PIX_FMT_RGB24, frame->width, frame->height, format,
      SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
  require(scaler != nullptr, "no conversion from RGB");
  const uint8_t* lines[4] = {rgb.pixels.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(rgb.width * 3), 0, 0, 0};
  sws_scale(scaler.get(), lines, strides, 0, frame->height, frame->data, frame->linesize);
  return frame;
}

CodecContext open_encoder(const char* name, AVPixelFormat format, int64_t width, int64_t height,
                          AVRational time_base, AVDictionary** options, bool global_header) {
  av_log_set_level(AV_LOG_QUIET);
  const AVCodec* codec = avcodec_find_encoder_by_name(name);
  require(codec != nullptr, std::string("this FFmpeg has no encoder ") + name);
  CodecContext context(made(avcodec_alloc_context3(codec)));
  context->width = static_cast<int>(width);
  context->height = static_cast<int>(height);
  context->pix_fmt = format;
  context->time_base = time_base;
  context->framerate = av_inv_q(time_base);
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_BITEXACT | (global_header ? AV_CODEC_FLAG_GLOBAL_HEADER : 0);
  const int code = avcodec_open2(context.get(), codec, options);
  if (options != nullptr) av_dict_free(options);
  require(code >= 0, std::string(name) + " does not start: " + ffmpeg_reason(code));
  return context;
}

}  // namespace

struct VideoWriter::State {
  std::filesystem::path path, temporary;
  AVFormatContext* format = nullptr;
  CodecContext codec;
  AVStream* stream = nullptr;
  int64_t frames = 0;

  ~State() {
    if (format == nullptr) return;
    if (format->pb != nullptr) avio_closep(&format->pb);
    avformat_free_context(format);
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);  // only there if close() did not rename it
  }

  void drain() {
    const Packet packet(made(av_packet_alloc()));
    while (avcodec_receive_packet(codec.get(), packet.get()) == 0) {
      av_packet_rescale_ts(packet.get(), codec->time_base, stream->time_base);
      packet->stream_index = stream->index;
      require_written(av_interleaved_write_frame(format, packet.get()), temporary);
    }
  }
};

VideoWriter::VideoWriter(const std::filesystem::path& path, int64_t width, int64_t height,
                         int64_t frames_per_second)
    : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.path = path;
  s.temporary = path.string() + ".tmp";
  require(avformat_alloc_output_context2(&s.format, nullptr, "mp4", nullptr) >= 0, "no mp4 writer");
  const AVRational time_base{1, static_cast<int>(frames_per_second)};
  AVDictionary* options = nullptr;
  if (avcodec_find_encoder_by_name("libx264") != nullptr) {
    av_dict_set(&options, "preset", "veryfast", 0);
    av_dict_set(&options, "crf", "18", 0);
    s.codec = open_encoder("libx264", AV_PIX_FMT_YUV420P, width, height, time_base, &options, true);
  } else {
    av_dict_set(&options, "flags", "+qscale", 0);
    av_dict_set_int(&options, "global_quality", 2 * FF_QP2LAMBDA, 0);
    s.codec = open_encoder("mpeg4", AV_PIX_FMT_YUV420P, width, height, time_base, &options, true);
  }
  s.stream = made(avformat_new_stream(s.format, nullptr));
  s.stream->time_base = s.codec->time_base;
  s.stream->avg_frame_rate = s.codec->framerate;
  s.format->flags |= AVFMT_FLAG_BITEXACT;
  avcodec_parameters_from_context(s.stream->codecpar, s.codec.get());
  require_written(
      avio_open(&s.format->pb, ("file:" + s.temporary.string()).c_str(), AVIO_FLAG_WRITE),
      s.temporary);
  require_written(avformat_write_header(s.format, nullptr), s.temporary);
}

VideoWriter::~VideoWriter() = default;

void VideoWriter::write(const RgbFrame& rgb) {
  State& s = *state_;
  VRLT_CHECK(rgb.width == s.codec->width && rgb.height == s.codec->height, "frame of another size");
  const auto frame = convert(rgb, AV_PIX_FMT_YUV420P);
  frame->pts = s.frames++;
  require(avcodec_send_frame(s.codec.get(), frame.get()) >= 0, "a frame was refused");
  s.drain();
}

void VideoWriter::close() {
  State& s = *state_;
  avcodec_send_frame(s.codec.get(), nullptr);
  s.drain();
  require_written(av_write_trailer(s.format), s.temporary);
  require_written(avio_closep(&s.format->pb), s.temporary);
  std::error_code error;
  std::filesystem::rename(s.temporary, s.path, error);
  if (error) throw DiskError(concat(s.path.string(), ": cannot rename: ", error.message()));
}

std::string encode_jpeg(const RgbFrame& rgb, int quality) {
  auto context =
      open_encoder("mjpeg", AV_PIX_FMT_YUVJ420P, rgb.width, rgb.height, {1, 25}, nullptr, false);
  const auto frame = convert(rgb, AV_PIX_FMT_YUVJ420P);
  context->flags |= AV_CODEC_FLAG_QSCALE;
  frame->quality = quality * FF_QP2LAMBDA;
  frame->pts = 0;
  const Packet packet(made(av_packet_alloc()));
  require(avcodec_send_frame(context.get(), frame.get()) >= 0 &&
              avcodec_send_frame(context.get(), nullptr) >= 0 &&
              avcodec_receive_packet(context.get(), packet.get()) >= 0,
          "a picture was refused");
  return {reinterpret_cast<const char*>(packet->data), static_cast<size_t>(packet->size)};
}

}  // namespace vrlt::video
