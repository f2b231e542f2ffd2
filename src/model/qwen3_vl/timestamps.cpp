#include "model/qwen3_vl/timestamps.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::model::qwen3_vl {
namespace {

std::vector<double> frame_seconds(const processor::ClipTimes& times, TimestampRule rule) {
  if (rule == TimestampRule::kShown) return times.frame_seconds;
  // The first frame of a cut is the one behind its start, or the one that is shown then where the
  // cut lies within it.
  int64_t first = 0;
  if (rule == TimestampRule::kClip && !times.file_frames.empty())
    first = std::min(static_cast<int64_t>(std::ceil(times.start_seconds * times.file_fps)),
                     times.file_frames.front());
  std::vector<double> seconds;
  for (const int64_t frame : times.file_frames)
    seconds.push_back(static_cast<double>(frame - first) / times.file_fps);
  return seconds;
}

}  // namespace

TimestampRule parse_timestamps(const std::string& name) {
  if (name.empty() || name == "clip") return TimestampRule::kClip;
  if (name == "file") return TimestampRule::kFile;
  if (name == "pts") return TimestampRule::kShown;
  throw ConfigError(concat("timestamps \"", name, "\", expected clip, file or pts"));
}

std::vector<double> slice_seconds(const processor::ClipTimes& times, TimestampRule rule,
                                  int64_t temporal_patch) {
  const auto seconds = frame_seconds(times, rule);
  const auto step = static_cast<size_t>(temporal_patch);
  std::vector<double> slices;
  for (size_t first = 0; first < seconds.size(); first += step) {
    const size_t last = std::min(first + step, seconds.size()) - 1;
    slices.push_back((seconds[first] + seconds[last]) / 2);
  }
  return slices;
}

std::string time_marker(double seconds) {
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), seconds,
                                 std::chars_format::fixed, 1);
  VRLT_CHECK(end.ec == std::errc(), "a clip at ", seconds, " s");
  return concat("<", std::string(digits.data(), end.ptr), " seconds>");
}

}  // namespace vrlt::model::qwen3_vl
