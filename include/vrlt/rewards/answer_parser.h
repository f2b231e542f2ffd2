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

/// The content of an `<answer>` block. Failures: no_answer, unclosed_answer, and for kSingle multiple_answer_tags.
enum class AnswerBlock { kSingle, kFirst, kLast };
Parsed<std::string> extract_answer(std::string_view text, AnswerBlock block = AnswerBlock::kSingle);

/// All time spans of an answer. Failures: empty, bad_number, bad_json, bad_pair, missing_keys,
/// negative, chain, no_range, too_many, too_long.
Parsed<std::vector<Interval>> parse_spans(std::string_view answer);

/// The one span of an answer (several are the failure multiple_spans). An inverted span is returned as it is.
Parsed<Interval> parse_single_span(std::string_view answer);

/// The 0-based option an answer names. Failures: out_of_range, conflict, bad_json, unparsed, too_long.
Parsed<int64_t> parse_choice(std::string_view answer, const std::vector<std::string>& options);

/// The answer to a grounded question: an option and the span that shows it.
struct GroundedAnswer {
  Parsed<int64_t> option;
  Parsed<Interval> span;
};

/// {"option": "B", "start_time": "3.0", "end_time": "6.5"}, or the option, then the span: `B, 3.0 to 6.5`, `(B) [3.0, 6.5]`.
GroundedAnswer parse_grounded_answer(std::string_view answer, const std::vector<std::string>& options);

/// The two parts of such an answer, which both are the whole of an object.
struct GroundedParts {
  std::string_view option, span;
};
GroundedParts split_grounded_answer(std::string_view answer);

}  // namespace vrlt::rewards
