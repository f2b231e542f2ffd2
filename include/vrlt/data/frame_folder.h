#pragma once

#include <cstdint>
#include <string>

namespace vrlt::data {

/// How the frames of a video are named that is a folder of still pictures.
struct FrameFolder {
  std::string pattern = "%05d.jpg";  ///< A file name with one %d or %0Nd for the number.
  int64_t first = 1;                 ///< Number of the frame at 0 seconds.
  double fps = 3.0;                  ///< Frames per second.

  bool operator==(const FrameFolder&) const = default;
};

/// The longest number of digits that a pattern may ask for.
inline constexpr int kMaxFrameDigits = 9;

/// Whether a pattern is a plain file name with exactly one number in it.
bool is_frame_pattern(const std::string& pattern);

/// The file name of a frame, by its number in the folder (not counted from 0).
/// @throws ContractError if the pattern is none.
std::string frame_name(const FrameFolder& folder, int64_t number);

}  // namespace vrlt::data
