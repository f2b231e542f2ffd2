#include "video/video_stream.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/core.hpp>

#include "vrlt/core/error.h"

namespace vrlt::video {
namespace {

/// Containers that hold video. Playlists, scripts and image lists are left out: they can name other files or hosts.
constexpr const char* kFormats =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,h264,hevc,m4v,flv,ogg,asf,gif,ivf,mxf,nut,rm,wtv,dv";
constexpr const char* kProtocols = "file";

}  // namespace

VideoStream::VideoStream(const std::filesystem::path& path, const DecodeLimits& limits)
    : path_(path), limits_(limits), packet_(av_packet_alloc()), frame_(av_frame_alloc()) {
  av_log_set_level(AV_LOG_QUIET);  // what matters is told in our own errors and warnings
  if (!std::filesystem::exists(path)) throw MissingInputError(path.string() + ": no such file");
  if (!std::filesystem::is_regular_file(path)) fail("not a regular file", "not_a_video");
  if (std::filesystem::file_size(path) == 0) fail("the file is empty", "empty_file");
  open_input();
  choose_stream();
  open_decoder();
}

void VideoStream::fail(const std::string& what, const char* reason) const {
  throw DataError(concat(path_.string(), ": ", what, " [", reason, "]"));
}

void VideoStream::open_input() {
  AVFormatContext* context = avformat_alloc_context();
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kFormats, 0);
  av_dict_set(&options, "protocol_whitelist", kProtocols, 0);
  // "file:" keeps a name such as "a:b.mp4" from being read as a protocol.
  const int code = avformat_open_input(&context, ("file:" + path_.string()).c_str(), nullptr, &options);
  av_dict_free(&options);
  if (code < 0) fail("cannot be opened as a video: " + ffmpeg_reason(code), "not_a_video");
  format_.reset(context);
  const int info = avformat_find_stream_info(format_.get(), nullptr);
  if (info < 0) fail("its streams cannot be read: " + ffmpeg_reason(info), "not_a_video");
  const std::string name = format_->iformat->name;
  can_seek_exactly_ = name.find("mp4") != std::string::npos || name.find("matroska") != std::string::npos;
}

void VideoStream::choose_stream() {
  // A cover picture is a "video" stream too.
  for (unsigned i = 0; i < format_->nb_streams; ++i)
    if (format_->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC) format_->streams[i]->codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
  const int best = av_find_best_stream(format_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (best < 0) fail("it has no video stream", "no_video_stream");
  stream_ = format_->streams[best];
  for (unsigned i = 0; i < format_->nb_streams; ++i)
    if (static_cast<int>(i) != best) format_->streams[i]->discard = AVDISCARD_ALL;
  if (const auto* matrix = reinterpret_cast<const int32_t*>(av_stream_get_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, nullptr))) {
    const double counterclockwise = av_display_rotation_get(matrix);
    if (std::isfinite(counterclockwise)) rotation_ = (static_cast<int>(std::lround(-counterclockwise / 90.0)) * 90 % 360 + 360) % 360;
  }
}

void VideoStream::open_decoder() {
  const auto* parameters = stream_->codecpar;
  if (parameters->width > 0 && parameters->height > 0 &&
      static_cast<int64_t>(parameters->width) * parameters->height > limits_.max_pixels_per_frame)
    fail(concat("frames of ", parameters->width, "x", parameters->height, " are above the limit of ", limits_.max_pixels_per_frame, " pixels"), "limit");
  const AVCodec* decoder = avcodec_find_decoder(parameters->codec_id);
  if (decoder == nullptr) fail(concat("no decoder for ", avcodec_get_name(parameters->codec_id)), "no_decodable_frame");
  codec_.reset(avcodec_alloc_context3(decoder));
  if (avcodec_parameters_to_context(codec_.get(), parameters) < 0) fail("its codec parameters are unusable", "corrupt");
  codec_->thread_count = 1;  // parallelism is across videos; one thread gives the same frames everywhere
  codec_->pkt_timebase = stream_->time_base;
  codec_->max_pixels = limits_.max_pixels_per_frame;
  const int code = avcodec_open2(codec_.get(), decoder, nullptr);
  if (code < 0) fail("the decoder does not start: " + ffmpeg_reason(code), "no_decodable_frame");
}

VideoStream::Index VideoStream::scan_packets() {
  Index index;
  int64_t count = 0;
  int code = 0;
  while ((code = av_read_frame(format_.get(), packet_.get())) >= 0) {
    if (packet_->stream_index == stream_->index) {
      if (++count > limits_.max_packets) fail(concat("more than ", limits_.max_packets, " packets"), "limit");
      if (packet_->flags & AV_PKT_FLAG_CORRUPT) index.complete = false;
      if (packet_->pts == AV_NOPTS_VALUE) {
        index.complete = false;
      } else if (!(packet_->flags & AV_PKT_FLAG_DISCARD)) {
        index.pts.push_back(packet_->pts);
        if (packet_->flags & AV_PKT_FLAG_KEY) index.keyframe_pts.push_back(packet_->pts);
      }
    }
    av_packet_unref(packet_.get());
  }
  if (code != AVERROR_EOF) index.complete = false;
  std::sort(index.pts.begin(), index.pts.end());
  std::sort(index.keyframe_pts.begin(), index.keyframe_pts.end());
  if (std::adjacent_find(index.pts.begin(), index.pts.end()) != index.pts.end()) index.complete = false;
  rewind();
  return index;
}

/// Gives the decoder the next packet of the stream; false when there is nothing more to give.
bool VideoStream::feed_packet() {
  if (drained_) return false;
  while (true) {
    const int code = av_read_frame(format_.get(), packet_.get());
    if (code < 0) {
      drained_ = true;
      avcodec_send_packet(codec_.get(), nullptr);
      return true;
    }
    if (packet_->stream_index != stream_->index) {
      av_packet_unref(packet_.get());
      continue;
    }
    const int sent = avcodec_send_packet(codec_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (sent < 0 && sent != AVERROR(EAGAIN)) ++damaged_packets_;
    return true;
  }
}

const AVFrame* VideoStream::next_frame() {
  while (true) {
    const int code = avcodec_receive_frame(codec_.get(), frame_.get());
    if (code == 0) {
      if (frame_->flags & AV_FRAME_FLAG_DISCARD) continue;
      return frame_.get();
    }
    if (code == AVERROR_EOF) return nullptr;
    if (code != AVERROR(EAGAIN)) ++damaged_packets_;
    if (!feed_packet()) return nullptr;
  }
}

void VideoStream::rewind() {
  // Opened anew: seeking back to the very start is not exact in every container (edit lists, negative times, raw streams).
  codec_.reset();
  format_.reset();
  open_input();
  choose_stream();
  open_decoder();
  drained_ = false;
}

bool VideoStream::seek(int64_t pts) {
  if (avformat_seek_file(format_.get(), stream_->index, INT64_MIN, pts, pts, 0) < 0) return false;
  avcodec_flush_buffers(codec_.get());
  drained_ = false;
  return true;
}

double VideoStream::average_fps() const {
  if (stream_->avg_frame_rate.num > 0 && stream_->avg_frame_rate.den > 0) return av_q2d(stream_->avg_frame_rate);
  return stream_->r_frame_rate.num > 0 && stream_->r_frame_rate.den > 0 ? av_q2d(stream_->r_frame_rate) : 0.0;
}

int64_t VideoStream::height() const { return rotation_ % 180 == 0 ? codec_->height : codec_->width; }
int64_t VideoStream::width() const { return rotation_ % 180 == 0 ? codec_->width : codec_->height; }

RgbFrame VideoStream::to_rgb(const AVFrame& frame) {
  if (frame.width < 1 || frame.height < 1 || static_cast<int64_t>(frame.width) * frame.height > limits_.max_pixels_per_frame)
    fail(concat("a frame of ", frame.width, "x", frame.height), "limit");
  if (frame.width != scaler_width_ || frame.height != scaler_height_ || frame.format != scaler_format_) {
    scaler_.reset(sws_getContext(frame.width, frame.height, static_cast<AVPixelFormat>(frame.format), frame.width, frame.height,
                                 AV_PIX_FMT_RGB24, SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT, nullptr, nullptr, nullptr));
    if (scaler_ == nullptr) fail(concat("pixel format ", frame.format, " cannot be converted"), "no_decodable_frame");
    scaler_width_ = frame.width;
    scaler_height_ = frame.height;
    scaler_format_ = frame.format;
  }
  int *inverse = nullptr, *table = nullptr, source_range = 0, target_range = 0, brightness = 0, contrast = 0, saturation = 0;
  if (sws_getColorspaceDetails(scaler_.get(), &inverse, &source_range, &table, &target_range, &brightness, &contrast, &saturation) >= 0) {
    const int* matrix = sws_getCoefficients(frame.colorspace == AVCOL_SPC_UNSPECIFIED ? SWS_CS_DEFAULT : frame.colorspace);
    const int range = frame.color_range == AVCOL_RANGE_JPEG ? 1 : frame.color_range == AVCOL_RANGE_MPEG ? 0 : source_range;
    sws_setColorspaceDetails(scaler_.get(), matrix, range, table, 1, brightness, contrast, saturation);
  }
  // swscale may write beyond an odd width: give it padded lines, then copy.
  const int stride = (frame.width * 3 + 63) / 64 * 64;
  std::vector<uint8_t> padded(static_cast<size_t>(stride) * static_cast<size_t>(frame.height) + 64);
  uint8_t* lines[4] = {padded.data(), nullptr, nullptr, nullptr};
  const int strides[4] = {stride, 0, 0, 0};
  sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, lines, strides);

  const cv::Mat picture(frame.height, frame.width, CV_8UC3, padded.data(), static_cast<size_t>(stride));
  cv::Mat upright = picture;
  if (rotation_ == 90) cv::rotate(picture, upright, cv::ROTATE_90_CLOCKWISE);
  if (rotation_ == 180) cv::rotate(picture, upright, cv::ROTATE_180);
  if (rotation_ == 270) cv::rotate(picture, upright, cv::ROTATE_90_COUNTERCLOCKWISE);
  RgbFrame rgb{upright.rows, upright.cols, std::vector<uint8_t>(static_cast<size_t>(upright.rows) * static_cast<size_t>(upright.cols) * 3)};
  for (int y = 0; y < upright.rows; ++y)
    std::memcpy(rgb.pixels.data() + static_cast<size_t>(y) * static_cast<size_t>(upright.cols) * 3, upright.ptr(y), static_cast<size_t>(upright.cols) * 3);
  return rgb;
}

}  // namespace vrlt::video
