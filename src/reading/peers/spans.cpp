#include "vrlt/reading/peers/spans.h"

#include <charconv>
#include <cmath>
#include <string>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/reading/peers/answer_limits.h"
#include "vrlt/reading/peers/tag_scan.h"
#include "vrlt/reading/peers/text_scan.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::peers {
namespace {

std::optional<double> python_number(const io::Json& json, const char* key) {
  if (!json.contains(key)) return {};
  const auto& value = json[key];
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
  if (value.is_string()) return python_float(value.get<std::string>());
  return {};
}

double number(std::string_view digits) {
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                      std::chars_format::fixed);
  return result.ec == std::errc() ? value : INFINITY;
}

/// Digits, perhaps a dot, perhaps more digits. @param strict  a dot must be followed by a digit.
size_t number_at(std::string_view text, size_t begin, bool strict) {
  const auto digits = [&](size_t at) {
    while (at < text.size() && is_digit(text[at])) ++at;
    return at;
  };
  const size_t whole = digits(begin);
  if (whole == begin || whole >= text.size() || text[whole] != '.') return whole - begin;
  const size_t end = digits(whole + 1);
  return strict && end == whole + 1 ? whole - begin : end - begin;
}

/// Length of " to " or " and " at the front, 0 if neither is there.
size_t joining_word_at(std::string_view text) {
  if (!text.starts_with(' ')) return 0;
  for (const std::string_view word : {" to ", " and "})
    if (starts_with_word(text, word)) return word.size();
  return 0;
}

/// Takes `(s, e)` off the front.
std::optional<Interval> take_tuple(std::string_view& text) {
  const auto take = [&](char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  };
  const auto take_number = [&]() -> std::optional<double> {
    const size_t length = number_at(text, 0, /*strict=*/true);
    const auto digits = text.substr(0, length);
    text.remove_prefix(length);
    if (digits.empty()) return {};
    // A Python integer has no leading zero, unless it is 0.
    if (digits.front() == '0' && digits.find('.') == std::string_view::npos &&
        digits.find_first_not_of('0') != std::string_view::npos)
      return {};
    return number(digits);
  };
  if (!take('(')) return {};
  const auto start = take_number();
  if (!start || !take(',')) return {};
  text.remove_prefix(unicode_spaces_at(text));
  const auto end = take_number();
  if (!end || !take(')') || *start > *end) return {};
  return Interval{*start, *end};
}

}  // namespace

std::optional<Interval> read_seed_span(std::string_view response) {
  const auto block = first_block(response, kAnswer, kAnswerEnd);
  if (!block || block->size() > kMaxJsonBytes) return {};
  try {
    const auto json = io::parse_json(unicode_trim(*block), "answer",
                                     {.max_bytes = kMaxJsonBytes, .max_depth = 8});
    if (!json.is_object()) return {};
    const auto start = python_number(json, "start_time"), end = python_number(json, "end_time");
    if (start && end) return Interval{*start, *end};
  } catch (const DataError&) {
  }
  return {};
}

std::optional<Interval> read_timer1_span(std::string_view response) {
  const auto block = last_block(response, kAnswer, kAnswerEnd);
  if (!block) return {};
  std::optional<Interval> last;
  for (size_t i = 0; i < block->size();) {
    const size_t first = number_at(*block, i, /*strict=*/false);
    if (first == 0) {
      ++i;
      continue;
    }
    const size_t word = joining_word_at(block->substr(i + first)), second_begin = i + first + word;
    const size_t second = word == 0 ? 0 : number_at(*block, second_begin, /*strict=*/false);
    if (second > 0)
      last = Interval{number(block->substr(i, first)), number(block->substr(second_begin, second))};
    if (second > 0) {
      i = second_begin + second;
    } else {
      while (i < block->size() && is_digit((*block)[i])) ++i;  // in 1.2.3 the search goes on at 2.3
    }
  }
  return last;
}

std::optional<std::vector<Interval>> read_glue(std::string_view response) {
  const auto block = first_block(response, kGlue, kGlueEnd);
  if (!block) return {};
  auto text = *block;
  if (text.ends_with('\n')) text.remove_suffix(1);  // Python's $ matches before it
  if (!text.starts_with('[') || !text.ends_with(']') || text.size() < 2) return {};
  text = text.substr(1, text.size() - 2);
  std::vector<Interval> spans;
  while (!text.empty()) {
    if (spans.size() >= kMaxSpans) return {};
    const auto span = take_tuple(text);
    if (!span) return {};
    spans.push_back(*span);
    if (text.empty() || text == ",") break;
    if (!text.starts_with(',')) return {};
    text.remove_prefix(1);
    text.remove_prefix(unicode_spaces_at(text));
    if (text.empty()) return {};  // a trailing comma may not be followed by white space
  }
  return spans;
}

std::optional<std::vector<Interval>> read_museg_items(std::string_view answer) {
  if (answer.size() > kMaxAnswerBytes) return {};
  std::vector<Interval> spans;
  for (;;) {
    answer.remove_prefix(unicode_spaces_at(answer));
    if (answer.empty()) return spans;
    if (spans.size() >= kMaxSpans) return {};
    size_t length = 0;
    while (length < answer.size() && unicode_spaces_at(answer.substr(length)) == 0) ++length;
    const auto item = answer.substr(0, length);
    answer.remove_prefix(length);
    // What stands behind a second hyphen is not looked at.
    const size_t hyphen = item.find('-');
    if (hyphen == std::string_view::npos) return {};
    const auto start = python_float(item.substr(0, hyphen)),
               end = python_float(item.substr(hyphen + 1, item.find('-', hyphen + 1) - hyphen - 1));
    if (!start || !end) return {};
    spans.push_back({*start, *end});
  }
}

}  // namespace vrlt::reading::peers
