#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"

namespace vrlt::rewards {

/// A value, or the machine-readable reason why there is none.
template <typename T>
struct Parsed {
  std::optional<T> value;
  std::string failure;  ///< Empty when `value` is set.
  explicit operator bool() const { return value.has_value(); }
};

/// Whether a response must carry a thinking block before its answer block.
enum class ThinkPolicy { kRequired, kForbidden };

/// True if `text` is `<think>..</think><answer>..</answer>` (kRequired) or `<answer>..</answer>` (kForbidden) as F_strict says:
/// each tag exactly once and in order, only whitespace outside, non-blank contents.
bool has_strict_format(std::string_view text, ThinkPolicy think);

/// The seed's grounding format: `<think>`, then the answer is exactly {"start_time": "n", "end_time": "n"}.
bool has_seed_tvg_format(std::string_view text);

/// The content of the only `<answer>` block. Failures: no_answer, multiple_answer_tags, unclosed_answer.
Parsed<std::string> extract_answer(std::string_view text);

/// All time spans of an answer. Failures: empty, bad_number, bad_json, bad_pair, missing_keys, negative, chain, no_range.
Parsed<std::vector<Interval>> parse_spans(std::string_view answer);

/// The one span of an answer (several are the failure multiple_spans). An inverted span is returned as it is.
Parsed<Interval> parse_single_span(std::string_view answer);

/// The 0-based option an answer names. Failures: out_of_range, conflict, bad_json, unparsed.
Parsed<int64_t> parse_choice(std::string_view answer, const std::vector<std::string>& options);

/// The answer to a grounded question: an option and the span that shows it.
struct GroundedAnswer {
  Parsed<int64_t> option;
  Parsed<Interval> span;
};

/// {"option": "B", "start_time": "3.0", "end_time": "6.5"}, or the option, then the span: `B, 3.0 to 6.5`, `(B) [3.0, 6.5]`.
GroundedAnswer parse_grounded_answer(std::string_view answer, const std::vector<std::string>& options);

}  // namespace vrlt::rewards
