#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::evaluation {

/// How answers of any model are read for scores: one grammar for every benchmark, which never guesses. It is wider than the
/// parsers of the rewards, because an evaluated model need not have been trained on our layout, while a reward that is wide
/// teaches loose answers. Source: spec benchmarks.md 4.1-4.4.

using rewards::Parsed;

/// The part of a response that holds the answer, with dashes, spaces, quotes and full-width characters as ASCII.
/// Failures: unclosed_answer, unclosed_think, empty.
Parsed<std::string> answer_zone(std::string_view response);

/// All time spans of a zone, repeated ones once. Failures: no_span, missing_key, bad_json_value, not_finite, bad_clock, negative, inverted.
Parsed<std::vector<Interval>> read_spans(const std::string& zone);

/// The one span of a zone; several are the failure ambiguous.
Parsed<Interval> read_span(const std::string& zone);

/// The 0-based option a zone names. Failures: no_option, ambiguous, conflict, letter_out_of_range.
Parsed<int64_t> read_option(const std::string& zone, const std::vector<std::string>& options);

/// The answer to a grounded question: JSON that has both, or the option, then the span.
rewards::GroundedAnswer read_grounded_answer(const std::string& zone, const std::vector<std::string>& options);

}  // namespace vrlt::evaluation
