#include "vrlt/reading/peers/formats.h"

#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "vrlt/reading/peers/spans.h"
#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/text_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::peers {
namespace {

/// Takes `token` off the front, after white space.
bool take(std::string_view& text, std::string_view token) {
  text.remove_prefix(unicode_spaces_at(text));
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

/// Takes "digits and dots" off the front, in quotes.
bool take_quoted_number(std::string_view& text) {
  if (!take(text, "\"")) return false;
  const size_t before = text.size();
  while (!text.empty()) {
    const auto digit = unicode_digit_at(text);
    if (!digit && text.front() != '.') break;
    text.remove_prefix(digit ? digit->length : 1);
  }
  if (text.size() == before || !text.starts_with("\"")) return false;
  text.remove_prefix(1);
  return true;
}

/// Python's str() of a float: the shortest decimal that reads back, with a fraction.
std::string python_text(double value) {
  const double size = std::abs(value);
  const auto format = size != 0.0 && (size < 1e-4 || size >= 1e16) ? std::chars_format::scientific
                                                                   : std::chars_format::fixed;
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format).ptr;
  std::string text(buffer, end);
  return std::isfinite(value) && text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

bool stands_one_to_ten_times(std::string_view text, const std::string& number) {
  int count = 0;
  for (size_t at = find(text, number); at != std::string_view::npos && count <= 10;
       at = find(text, number, at + number.size()))
    ++count;
  return count >= 1 && count <= 10;
}

}  // namespace

bool has_generic_format(std::string_view text) {
  if (!text.starts_with(kThink) || !text.ends_with(kAnswerEnd)) return false;
  const auto junction = find_junction(text, kThinkEnd, kAnswer, kThink.size());
  return junction && junction->end + kAnswerEnd.size() <= text.size();
}

bool has_seed_tvg_format(std::string_view text) {
  if (!text.starts_with(kThink)) return false;
  const size_t answer = find_last(text, kAnswer);
  if (answer == std::string_view::npos) return false;
  const auto before = unicode_trim(text.substr(0, answer));
  if (!before.ends_with(kThinkEnd) || before.size() < kThink.size() + kThinkEnd.size())
    return false;
  std::string_view rest = text.substr(answer + kAnswer.size());
  return take(rest, "{") && take(rest, "\"start_time\"") && take(rest, ":") &&
         take_quoted_number(rest) && take(rest, ",") && take(rest, "\"end_time\"") &&
         take(rest, ":") && take_quoted_number(rest) && take(rest, "}") && take(rest, kAnswerEnd) &&
         rest.empty();
}

bool has_glue_format(std::string_view text) {
  const auto trimmed = unicode_trim(text);
  if (!trimmed.starts_with(kThink) || !trimmed.ends_with(kGlueEnd)) return false;
  const auto answer = find_junction(trimmed, kThinkEnd, kAnswer, kThink.size());
  if (!answer) return false;
  const auto glue = find_junction(trimmed, kAnswerEnd, kGlue, answer->end);
  return glue && glue->end + kGlueEnd.size() <= trimmed.size() && read_glue(text).has_value();
}

bool has_think_format(std::string_view text) {
  return text.starts_with(kThink) && occurs_once(text, kThink) &&
         find(text, kThinkEnd, kThink.size()) != std::string_view::npos;
}

bool has_boxed_format(std::string_view text) {
  constexpr std::string_view kBoxed = "\\boxed{";
  if (!text.starts_with(kThink)) return false;
  const size_t think_end = find(text, kThinkEnd, kThink.size());
  if (think_end == std::string_view::npos) return false;
  const size_t boxed = find(text, kBoxed, think_end + kThinkEnd.size());
  return boxed != std::string_view::npos &&
         text.find('}', boxed + kBoxed.size()) != std::string_view::npos;
}

double museg_format_tier(std::string_view text, bool timestamps_in_thinking) {
  const auto trimmed = unicode_trim(text);
  for (const auto tag : {kThink, kThinkEnd, kAnswer, kAnswerEnd})
    if (!occurs_once(trimmed, tag)) return 0.0;
  if (!has_generic_format(trimmed)) return 0.0;
  const auto spans = read_museg_items(*first_block(trimmed, kAnswer, kAnswerEnd));
  if (!spans) return 0.2;
  const auto thinking = *first_block(trimmed, kThink, kThinkEnd);
  if (timestamps_in_thinking)
    for (const auto& span : *spans)
      for (const double time : {span.start_seconds, span.end_seconds})
        if (!stands_one_to_ten_times(thinking, python_text(time))) return 0.6;
  return 1.0;
}

}  // namespace vrlt::reading::peers
