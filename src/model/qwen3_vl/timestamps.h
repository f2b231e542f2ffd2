#pragma once

#include <string>
#include <vector>

#include "vrlt/processor/prompt_format.h"

namespace vrlt::model::qwen3_vl {

/// What the time of a frame is: its number over the average rate of the file, counted from the
/// start of the clip or of the file, or when it is shown. Readers of qwen-vl-utils differ in the
/// first two (docs/spec/qwen3_vl.md#timestamps); they are the same where a clip is not cut.
enum class TimestampRule { kClip, kFile, kShown };

/// clip (also if empty) | file | pts. @throws ConfigError otherwise.
TimestampRule parse_timestamps(const std::string& name);

/// The time of each slice: the mean of its first frame's and its last; the last frame fills the
/// last slice up.
std::vector<double> slice_seconds(const processor::ClipTimes& times, TimestampRule rule,
                                  int64_t temporal_patch);

/// "<12.5 seconds>": correctly rounded, exact ties to even.
std::string time_marker(double seconds);

}  // namespace vrlt::model::qwen3_vl
