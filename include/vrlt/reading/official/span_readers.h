#pragma once

#include <optional>
#include <string_view>

#include "vrlt/core/interval.h"

namespace vrlt::reading::official {

/// What an official script reads as the time span of a response, as it is: perhaps inverted, empty
/// or beyond the video.
struct SpanReading {
  std::optional<Interval> span;
  bool crash = false;  ///< The script raises here.
};

// Source of all: docs/spec/benchmarks.md#spans-of-the-official-scripts.

/// Temporal-R1 eval_tvg.py, as the older lmms-eval and TimeChat: sorted; crashes on a number with
/// two dots.
SpanReading read_seed(std::string_view response);
/// Its wrapper for models that think: quoted times in a JSON object behind the thinking, else (0,
/// 0).
SpanReading read_seed_r1(std::string_view response);
/// lmms-eval, charades_sta of today: sorted.
SpanReading read_lmms(std::string_view response);
/// TimeLens, rounded to whole seconds, half to even.
SpanReading read_timelens(std::string_view response);
/// Time-R1 and VideoChat-R1: the last "a to b" or "a and b" anywhere.
SpanReading read_to_and(std::string_view response);
/// OneThinker: {"time": [s, e]} in the answer.
SpanReading read_onethinker(std::string_view response);
/// LITA: the first two <t>, sorted within [0, duration]; the whole video if there are fewer.
/// Nothing if that is not known either.
SpanReading read_lita(std::string_view response, std::optional<double> duration);

}  // namespace vrlt::reading::official
