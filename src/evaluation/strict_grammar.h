#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::evaluation {

/// How answers of any model are read for scores: one grammar for every benchmark, which never guesses. It is wider than the
/// parsers of the rewards, because an evaluated model need not have been trained on our layout, while a reward that is wide
/// teaches loose answers. Source: spec benchmarks.md 4.

using rewards::Parsed;

/// The part of a response that holds the answer, with dashes, spaces, quotes and full-width characters as ASCII.
/// Failures: unclosed_answer, unclosed_think, empty.
Parsed<std::string> answer_zone(std::string_view response);

/// All time spans of a zone, repeated ones once. Failures: no_span, missing_key, bad_json_value, not_finite, bad_clock, negative, inverted.
Parsed<std::vector<Interval>> read_spans(const std::string& zone);

/// The one span of a zone; several are the failure ambiguous.
Parsed<Interval> read_span(const std::string& zone);

/// The content of the last `<glue>` block, as answer_zone gives an answer. Failures: missing, unclosed_answer, empty.
Parsed<std::string> glue_zone(std::string_view response);

/// The 0-based option a zone names. Failures: no_option, ambiguous, conflict, letter_out_of_range.
Parsed<int64_t> read_option(const std::string& zone, const std::vector<std::string>& options);

/// yes or no: what the zone begins with, alone or before a mark. Failure: no_yes_no.
Parsed<std::string> read_yes_no(const std::string& zone);

/// The 0-based line that a zone names by its label, its index, its sentence, or both.
/// @param lines  "Sentence A: The man runs.". Failures: no_option, ambiguous, conflict, letter_out_of_range.
Parsed<int64_t> read_caption(const std::string& zone, const std::vector<std::string>& lines);

/// The answer to a grounded question.
struct GroundedReading {
  Parsed<int64_t> option;
  Parsed<std::vector<Interval>> spans;
};

/// JSON that has both, or the option, then the spans; no spans at all are the failure missing.
GroundedReading read_grounded_answer(const std::string& zone, const std::vector<std::string>& options);

/// The spans of `<glue>` where there is such a block, with the option of the answer zone; else both of the answer zone.
GroundedReading read_grounded_response(std::string_view response, const std::vector<std::string>& options);

}  // namespace vrlt::evaluation
