#include "data/converters/answer_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "data/converters/option_lines.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr std::string_view kDigits = "0123456789";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// What stands between a pair of tags, and where the pair ends; nothing without both, in order.
struct Tagged {
  std::string_view inside;
  size_t begin, end;
};

std::optional<Tagged> find_tagged(std::string_view text, std::string_view name) {
  const auto open = concat("<", name, ">"), close = concat("</", name, ">");
  const auto begin = text.find(open);
  if (begin == std::string_view::npos) return {};
  const auto end = text.find(close, begin + open.size());
  if (end == std::string_view::npos) return {};
  return Tagged{text.substr(begin + open.size(), end - begin - open.size()), begin,
                end + close.size()};
}

/// The inside of the last \boxed{...}, or the text.
std::string_view unboxed(std::string_view text) {
  constexpr std::string_view kOpen = "\\boxed{";
  const auto begin = text.rfind(kOpen);
  if (begin == std::string_view::npos) return text;
  int depth = 1;
  for (size_t i = begin + kOpen.size(); i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == '}' && --depth == 0)
      return text.substr(begin + kOpen.size(), i - begin - kOpen.size());
  }
  return text;
}

/// Words that may stand around the times of a span.
constexpr std::string_view kWords[] = {
    "from",    "to",        "and",       "between",    "until",    "till",      "second",
    "seconds", "sec",       "secs",      "s",          "the",      "event",     "happens",
    "occurs",  "happening", "occurring", "in",         "at",       "time",      "times",
    "span",    "start",     "end",       "starts",     "ends",     "is",        "it",
    "video",   "during",    "answer",    "start_time", "end_time", "timestamp", "timestamps",
    "segment", "segments",  "interval",  "query",      "given",    "action",    "moment"};

/// Reads "12.5", "1:02.5" or "1:02:03" at a place, and goes behind it.
std::optional<double> take_time(std::string_view text, size_t& at) {
  double seconds = 0;
  for (int part = 0; part < 3; ++part) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number,
                                              std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number)) return {};
    seconds = seconds * 60 + number;
    at = static_cast<size_t>(end - text.data());
    const bool goes_on = at + 1 < text.size() && text[at] == ':' && is_digit(text[at + 1]);
    if (!goes_on) return seconds;
    ++at;
  }
  return {};
}

/// Whether a dash makes a number negative: "[-1.0" does, "3.0 -7.0" does not.
bool is_sign(std::string_view text, size_t at) {
  if (text[at] != '-' || at + 1 >= text.size() || !is_digit(text[at + 1])) return false;
  const auto before = without_blanks(text.substr(0, at));
  return before.empty() ||
         std::string_view("[({,:\"'").find(before.back()) < std::string_view::npos;
}

/// The times of a text that holds nothing beside them but the words above.
std::optional<std::vector<double>> times_of(std::string_view text) {
  std::vector<double> times;
  for (size_t at = 0; at < text.size();) {
    if (is_digit(text[at])) {
      const auto time = take_time(text, at);
      if (!time) return {};
      times.push_back(*time);
    } else if (is_word_letter(text[at])) {
      auto end = at;
      while (end < text.size() && (is_word_letter(text[end]) || text[end] == '_')) ++end;
      std::string word(text.substr(at, end - at));
      for (auto& c : word)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      if (std::find(std::begin(kWords), std::end(kWords), word) == std::end(kWords)) return {};
      at = end;
    } else if (is_sign(text, at)) {
      return {};
    } else {
      ++at;  // marks, blanks, dashes of any encoding
    }
  }
  return times;
}

bool add_span(double start, double end, std::vector<Interval>& spans) {
  if (!std::isfinite(start) || !std::isfinite(end)) return false;
  spans.push_back({start, end});
  return true;
}

}  // namespace

AnswerText unwrap_answer(std::string_view text) {
  AnswerText result;
  if (const auto thought = find_tagged(text, "think")) {
    result.thinking = without_blanks(thought->inside);
    text.remove_prefix(thought->end);
  }
  if (const auto tagged = find_tagged(text, "answer")) text = tagged->inside;
  result.answer = without_blanks(unboxed(without_blanks(text)));
  return result;
}

std::vector<Interval> spans_of_text(std::string_view text) {
  const auto times = times_of(text);
  if (!times || times->empty() || times->size() % 2 != 0) return {};
  if (times->size() > 2 && text.find_first_of("[{(") == std::string_view::npos) return {};
  std::vector<Interval> spans;
  for (size_t i = 0; i < times->size(); i += 2)
    if (!add_span((*times)[i], (*times)[i + 1], spans)) return {};
  return spans;
}

std::vector<Interval> spans_of_value(const io::Json& value) {
  if (value.is_string()) return spans_of_text(value.get_ref<const std::string&>());
  if (!value.is_array() || value.empty()) return {};
  std::vector<Interval> spans;
  if (value[0].is_number()) {
    const bool is_pair = value.size() == 2 && value[1].is_number() &&
                         add_span(value[0].get<double>(), value[1].get<double>(), spans);
    return is_pair ? spans : std::vector<Interval>();
  }
  for (const auto& item : value) {
    const auto inner = spans_of_value(item);
    if (inner.size() != 1) return {};
    spans.push_back(inner.front());
  }
  return spans;
}

bool is_surely_time(std::string_view text) {
  if (text.find_first_of("[{:.") < text.find_last_of(kDigits)) return true;
  if (text.find("sec") != std::string_view::npos) return true;
  const auto unit = text.find('s');
  return unit != std::string_view::npos && unit > 0 && is_digit(text[unit - 1]);
}

bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(number);
}

}  // namespace vrlt::data
