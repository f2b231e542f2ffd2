#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"
#include "vrlt/io/json.h"

namespace vrlt::data {

/// A solution or a response without what it is wrapped in.
struct AnswerText {
  std::string answer;
  std::string thinking;  ///< Between <think> and </think>; empty if there are no such tags.
};

/// "<think>t</think><answer>B</answer>", "\boxed{B}", or the answer alone. Of tags that are not
/// closed nothing is taken off.
AnswerText unwrap_answer(std::string_view text);

/// Spans of time that are all that a text says: "3.0 to 7.0", "From 3s to 7 seconds.", "[3.0,
/// 7.0]", "00:03 - 00:07", [[3, 7], [9, 11]], {"start_time": 3, "end_time": 7}. Nothing for a text
/// that holds another word, or another number of times than two (in lists: than two each).
std::vector<Interval> spans_of_text(std::string_view text);

/// The same of a value: lists of numbers, or a text.
std::vector<Interval> spans_of_value(const io::Json& value);

/// Whether a text that spans_of_text() reads can hardly be anything but a time: it has a unit, a
/// clock, a decimal point or square brackets; "3 to 5" may count birds, "(3, 5)" may be a place.
bool is_surely_time(std::string_view text);

/// Whether a text is one number and nothing else, but for a currency or percent sign.
bool is_number(std::string_view text);

}  // namespace vrlt::data
