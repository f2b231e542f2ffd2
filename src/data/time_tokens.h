#pragma once

#include <optional>
#include <string>

#include "vrlt/core/interval.h"

namespace vrlt::data {

/// A text that says when by tokens `<seconds>`, as those of ActivityNet-RTL.
struct TimedText {
  Interval span;     ///< The first two times, in the order they stand.
  std::string text;  ///< The rest, without blanks before it.
};

/// @return nothing if there are fewer than two times.
/// Source: parse_start_end_timestamps of github.com/NVlabs/LITA, lita/eval/eval_model_rtl.py.
std::optional<TimedText> split_time_tokens(const std::string& text);

/// The text without its first two times; unchanged if it has fewer.
std::string without_time_tokens(const std::string& text);

}  // namespace vrlt::data
