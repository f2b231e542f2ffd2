#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "video/ffmpeg_handles.h"
#include "vrlt/video/decoder.h"

namespace vrlt::video {

/// The best video stream of a file, opened for decoding with one thread. Knows FFmpeg, not frames' numbers.
class VideoStream {
 public:
  VideoStream(const std::filesystem::path& path, const DecodeLimits& limits);

  /// What the packet scan found, in presentation order.
  struct Index {
    std::vector<int64_t> pts;           ///< Of each shown frame.
    std::vector<int64_t> keyframe_pts;
    bool complete = true;               ///< false: some packet had no time, or is damaged.
  };
  Index scan_packets();

  /// The next frame in presentation order, or null at the end. Damaged packets are skipped and counted.
  const AVFrame* next_frame();
  void rewind();
  /// Goes to the keyframe at or before `pts`.
  bool seek(int64_t pts);

  RgbFrame to_rgb(const AVFrame& frame);

  double seconds(int64_t pts) const { return static_cast<double>(pts) * av_q2d(stream_->time_base); }
  double average_fps() const;
  int64_t height() const;
  int64_t width() const;
  int64_t promised_frames() const { return stream_->nb_frames; }
  int rotation() const { return rotation_; }
  int reorder_depth() const { return codec_->has_b_frames; }
  int64_t damaged_packets() const { return damaged_packets_; }
  /// Whether the container has an index that seeking can trust.
  bool can_seek_exactly() const { return can_seek_exactly_; }

  [[noreturn]] void fail(const std::string& what, const char* reason) const;

 private:
  void open_input();
  void choose_stream();
  void open_decoder();
  bool feed_packet();

  std::filesystem::path path_;
  DecodeLimits limits_;
  InputFormat format_;
  AVStream* stream_ = nullptr;
  CodecContext codec_;
  Packet packet_;
  Frame frame_;
  Scaler scaler_;
  int scaler_width_ = 0, scaler_height_ = 0, scaler_format_ = -1;
  int rotation_ = 0;  ///< Degrees clockwise that make the picture upright: 0, 90, 180, 270.
  bool drained_ = false;
  bool can_seek_exactly_ = false;
  int64_t damaged_packets_ = 0;
};

}  // namespace vrlt::video
