#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "vrlt/video/decoder.h"

namespace vrlt::video {

/// Writes an MP4 file, one thread, the same bytes for the same frames: H.264 where FFmpeg was built
/// with x264, else MPEG-4 Part 2, which every FFmpeg writes. The file appears under its name on
/// close().
class VideoWriter {
 public:
  /// @param width, height  even. @throws DiskError, DataError.
  VideoWriter(const std::filesystem::path& path, int64_t width, int64_t height,
              int64_t frames_per_second);
  ~VideoWriter();
  void write(const RgbFrame& frame);
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A JPEG picture. @param quality  2 (best) to 31.
std::string encode_jpeg(const RgbFrame& frame, int quality);

}  // namespace vrlt::video
