#pragma once

#include <cstdint>
#include <vector>

#include "video/ffmpeg_handles.h"
#include "vrlt/video/decoder.h"

namespace vrlt::video {

/// Decoded frames to upright RGB24 of the same size, with the colour matrix and range that each
/// frame names. The last columns are as right as the others, whatever the width: swscale's vector
/// code leaves out its last block where lines of the result are not longer than that block, so
/// lines are converted into memory that is wide enough and copied from there.
class RgbConverter {
 public:
  /// @param rotation  degrees clockwise that make the picture upright: 0, 90, 180, 270.
  /// @param rgb  its memory is used again.
  /// @return null, or what is wrong with the frame.
  const char* convert(const AVFrame& frame, int rotation, RgbFrame& rgb);

 private:
  bool make_scaler(const AVFrame& frame);

  Scaler scaler_;
  struct Key {
    int width = 0, height = 0, format = -1, colorspace = -1, range = -1;
    bool operator==(const Key&) const = default;
  } key_;
  std::vector<uint8_t> padded_;  ///< The picture before it is turned; lines padded.
};

}  // namespace vrlt::video
