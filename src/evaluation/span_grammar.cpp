// Time spans in an answer zone (spec benchmarks.md 4.3).
#include <algorithm>
#include <charconv>
#include <cmath>

#include "evaluation/strict_grammar.h"
#include "rewards/text_scan.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::evaluation {
namespace {

using rewards::is_digit, rewards::is_letter, rewards::is_space;
using Spans = Parsed<std::vector<Interval>>;

constexpr size_t kMaxZoneBytes = 1 << 20, kMaxSpans = 64;

struct Time {
  double seconds = 0.0;
  size_t end = 0;          ///< Place behind it, unit included.
  bool bad_clock = false;  ///< Minutes or seconds of 60 and more.
};

char at(std::string_view text, size_t i) { return i < text.size() ? text[i] : '\0'; }

size_t skip_spaces(std::string_view text, size_t i) {
  while (i < text.size() && is_space(text[i])) ++i;
  return i;
}

size_t skip_digits(std::string_view text, size_t i) {
  while (i < text.size() && is_digit(text[i])) ++i;
  return i;
}

size_t skip_fraction(std::string_view text, size_t i) { return at(text, i) == '.' && is_digit(at(text, i + 1)) ? skip_digits(text, i + 1) : i; }

double number(std::string_view digits) {
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  return result.ec == std::errc() ? value : INFINITY;
}

/// Place behind `word` (lower case) standing at i and not going on as a longer word; i if it does not.
size_t skip_word(std::string_view text, size_t i, std::string_view word) {
  if (rewards::lower(text.substr(std::min(i, text.size()), word.size())) != word) return i;
  const char after = at(text, i + word.size());
  return is_letter(after) || is_digit(after) || after == '_' ? i : i + word.size();
}

size_t skip_unit(std::string_view text, size_t i) {
  const size_t begin = skip_spaces(text, i);
  for (const std::string_view unit : {"seconds", "second", "secs", "sec", "s"})
    if (const size_t end = skip_word(text, begin, unit); end != begin) return end;
  return i;
}

/// mm:ss or hh:mm:ss with an optional fraction at i.
std::optional<Time> scan_clock(std::string_view text, size_t i) {
  const auto pair_at = [&](size_t k) {
    return at(text, k) == ':' && is_digit(at(text, k + 1)) && is_digit(at(text, k + 2)) && !is_digit(at(text, k + 3));
  };
  const size_t first = skip_digits(text, i);
  if (first == i || first - i > 2 || !pair_at(first)) return {};
  double minutes = number(text.substr(i, first - i));
  size_t last = first;
  bool bad = false;
  if (pair_at(first + 3)) {
    const double middle = number(text.substr(first + 1, 2));
    bad = middle >= 60;
    minutes = minutes * 60 + middle;
    last = first + 3;
  }
  const size_t end = skip_fraction(text, last + 3);
  const double seconds = number(text.substr(last + 1, end - last - 1));
  return Time{minutes * 60 + seconds, end, bad || seconds >= 60};
}

/// A time at i: optional minus, clock or number, optional unit.
std::optional<Time> scan_time(std::string_view text, size_t i) {
  const bool negative = at(text, i) == '-';
  if (negative) ++i;
  auto time = scan_clock(text, i);
  if (!time) {
    const size_t end = skip_fraction(text, skip_digits(text, i));
    if (end == i) return {};
    time = Time{number(text.substr(i, end - i)), end};
  }
  time->end = skip_unit(text, time->end);
  if (negative) time->seconds = -time->seconds;
  return time;
}

/// Whether a time may begin at i, by what stands before.
bool free_before(std::string_view text, size_t i) {
  if (i == 0) return true;
  const char c = text[i - 1];
  if (is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == ':' || c == '%' || c == '-') return false;
  return !(c == ',' && i >= 2 && is_digit(text[i - 2]));
}

/// Whether a time may end at i, by what follows.
bool free_behind(std::string_view text, size_t i) {
  const char c = at(text, i);
  if (is_letter(c) || is_digit(c) || c == '_' || c == '%' || c == ':') return false;
  return !((c == '.' || c == ',') && is_digit(at(text, i + 1)));
}

/// Place of the number in " - 7" at i; 0 if there is no such thing.
size_t hyphen_number(std::string_view text, size_t i) {
  const size_t hyphen = skip_spaces(text, i);
  if (at(text, hyphen) != '-') return 0;
  const size_t begin = skip_spaces(text, hyphen + 1);
  return is_digit(at(text, begin)) ? begin : 0;
}

/// Place behind a separator and the spaces around it; i if there is none.
size_t skip_separator(std::string_view text, size_t i) {
  const size_t begin = skip_spaces(text, i);
  if (at(text, begin) == '-') return skip_spaces(text, begin + 1);
  for (const std::string_view word : {"to", "and", "until", "till"})
    if (const size_t end = skip_word(text, begin, word); end != begin && begin > i) return skip_spaces(text, end);
  return i;
}

/// Times as they were found, two by two.
struct Found {
  std::vector<std::pair<Time, Time>> pairs;
};

/// `12.5 - 17.5`, `12.5 s to 17.5 s`, ... A chain of three is no range.
Found find_ranges(std::string_view text) {
  Found found;
  for (size_t i = 0; i < text.size();) {
    const auto start = free_before(text, i) ? scan_time(text, i) : std::nullopt;
    if (!start) {
      ++i;
      continue;
    }
    i = start->end;
    const size_t second = free_behind(text, start->end) ? skip_separator(text, start->end) : start->end;
    const auto end = second != start->end ? scan_time(text, second) : std::nullopt;
    if (!end || !free_behind(text, end->end)) continue;
    size_t chain = hyphen_number(text, end->end);
    if (chain == 0) {
      found.pairs.emplace_back(*start, *end);
      i = end->end;
    }
    for (; chain != 0; chain = hyphen_number(text, i)) i = scan_time(text, chain)->end;
  }
  return found;
}

/// `<12.5> <17.5>`, perhaps with a hyphen, "to", "and" or a comma between.
Found find_time_tokens(std::string_view text) {
  Found found;
  const auto token = [&](size_t i) -> std::optional<Time> {
    auto time = at(text, i) == '<' ? scan_time(text, i + 1) : std::nullopt;
    if (!time || at(text, time->end) != '>') return {};
    ++time->end;
    return time;
  };
  for (size_t i = 0; i < text.size();) {
    const auto start = token(i);
    if (!start) {
      ++i;
      continue;
    }
    size_t next = skip_spaces(text, start->end);
    for (const std::string_view separator : {"-", "to", "and", ","})
      if (text.substr(next).starts_with(separator)) {
        next = skip_spaces(text, next + separator.size());
        break;
      }
    const auto end = token(next);
    if (end) found.pairs.emplace_back(*start, *end);
    i = end ? end->end : start->end;
  }
  return found;
}

/// The first time within `gap` other characters from i.
std::optional<std::pair<size_t, Time>> next_time(std::string_view text, size_t i, size_t gap) {
  size_t digit = i;
  while (digit < text.size() && digit - i <= gap && !is_digit(text[digit])) ++digit;
  if (!is_digit(at(text, digit)) || digit - i > gap) return {};
  size_t begin = digit;
  if (begin > i && text[begin - 1] == '.') --begin;
  if (begin > i && text[begin - 1] == '-') --begin;
  const auto time = free_before(text, begin) ? scan_time(text, begin) : std::nullopt;
  if (!time || !free_behind(text, time->end)) return {};
  return std::pair(begin, *time);
}

/// "starts at 12 and ends at 17".
Found find_start_and_end(std::string_view text) {
  constexpr size_t kStartGap = 40, kEndGap = 60;
  Found found;
  const auto low = rewards::lower(text);
  for (size_t i = low.find("start"); i != std::string::npos; i = low.find("start", i)) {
    i += 5;
    const auto start = next_time(text, i, kStartGap);
    if (!start) continue;
    const auto end = next_time(text, start->second.end, kEndGap);
    if (!end || low.substr(start->second.end, end->first - start->second.end).find("end") == std::string::npos) continue;
    found.pairs.emplace_back(start->second, end->second);
    i = end->second.end;
  }
  return found;
}

/// `(12.5, 17.5)` and nothing else.
Found find_tuple(std::string_view text) {
  if (at(text, 0) != '(') return {};
  const auto start = scan_time(text, skip_spaces(text, 1));
  const size_t comma = start ? skip_spaces(text, start->end) : 0;
  if (!start || at(text, comma) != ',') return {};
  const auto end = scan_time(text, skip_spaces(text, comma + 1));
  const size_t close = end ? skip_spaces(text, end->end) : 0;
  if (!end || at(text, close) != ')' || close + 1 != text.size()) return {};
  return {{{*start, *end}}};
}

Spans checked(const std::vector<Interval>& spans) {
  std::vector<Interval> distinct;
  for (const auto& span : spans) {
    if (!std::isfinite(span.start_seconds) || !std::isfinite(span.end_seconds)) return {{}, "not_finite"};
    if (span.start_seconds < 0 || span.end_seconds < 0) return {{}, "negative"};
    if (span.length() < 0) return {{}, "inverted"};
    if (std::find(distinct.begin(), distinct.end(), span) != distinct.end()) continue;
    if (distinct.size() == kMaxSpans) return {{}, "ambiguous"};
    distinct.push_back(span);
  }
  if (distinct.empty()) return {{}, "no_span"};
  return {distinct, {}};
}

/// The text as JSON, where tuples and a comma before a closing bracket are tolerated; discarded if it is none.
std::optional<io::Json> tolerant_json(std::string_view text) {
  std::string json;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (!quoted && (c == '(' || c == ')')) c = c == '(' ? '[' : ']';
    if (!quoted && c == ',') {
      const char next = at(text, skip_spaces(text, i + 1));
      if (next == ']' || next == ')') continue;
    }
    json += c;
  }
  try {
    return io::parse_json(json, "answer", {.max_bytes = kMaxZoneBytes, .max_depth = 8});
  } catch (const DataError&) {
    return {};
  }
}

/// A failure, or empty when `seconds` was set.
std::string json_seconds(const io::Json& value, double& seconds) {
  if (value.is_number()) {
    seconds = value.get<double>();
    return {};
  }
  if (!value.is_string()) return "bad_json_value";
  const auto text = value.get<std::string>();
  const auto trimmed = rewards::trim(text);
  const auto time = scan_time(trimmed, 0);
  if (time && time->end == trimmed.size()) {
    seconds = time->seconds;
    return time->bad_clock ? "bad_clock" : "";
  }
  const auto word = rewards::lower(trimmed);
  for (const char* name : {"nan", "inf", "infinity", "-inf", "-infinity"})
    if (word == name) return "not_finite";
  return "bad_json_value";
}

std::string append_json_pair(const io::Json& start, const io::Json& end, std::vector<Interval>& spans) {
  Interval span;
  auto failure = json_seconds(start, span.start_seconds);
  if (failure.empty()) failure = json_seconds(end, span.end_seconds);
  if (failure.empty()) spans.push_back(span);
  return failure;
}

std::string append_json_spans(const io::Json& json, std::vector<Interval>& spans) {
  if (json.is_object()) {
    for (const auto& [start, end] : {std::pair("start_time", "end_time"), std::pair("start", "end")})
      if (json.contains(start) && json.contains(end)) return append_json_pair(json[start], json[end], spans);
    for (const char* key : {"time", "segment", "segments", "span", "spans", "relevant_span", "timestamp", "timestamps", "window", "windows",
                            "pred_relevant_windows", "glue"})
      if (json.contains(key) && json[key].is_array()) return append_json_spans(json[key], spans);
    return "missing_key";
  }
  if (!json.is_array()) return "bad_json_value";
  if (json.size() == 2 && !json[0].is_structured() && !json[1].is_structured()) return append_json_pair(json[0], json[1], spans);
  for (const auto& item : json) {
    const bool pair = item.is_array() && item.size() == 2 && !item[0].is_structured() && !item[1].is_structured();
    if (!pair && !item.is_object()) return "bad_json_value";
    const auto failure = append_json_spans(item, spans);
    if (!failure.empty()) return failure;
  }
  return {};
}

Spans spans_of_text(std::string_view text) {
  for (const auto find : {find_tuple, find_time_tokens, find_ranges, find_start_and_end}) {
    const auto found = find(text);
    if (found.pairs.empty()) continue;
    std::vector<Interval> spans;
    for (const auto& [start, end] : found.pairs) {
      if (start.bad_clock || end.bad_clock) return {{}, "bad_clock"};
      spans.push_back({start.seconds, end.seconds});
    }
    return checked(spans);
  }
  return {{}, "no_span"};
}

}  // namespace

Parsed<std::vector<Interval>> read_spans(const std::string& zone) {
  if (zone.size() > kMaxZoneBytes) return {{}, "no_span"};
  const auto text = rewards::strip_code_fence(zone);
  if (text.starts_with('{') || text.starts_with('['))
    if (const auto json = tolerant_json(text)) {
      std::vector<Interval> spans;
      const auto failure = append_json_spans(*json, spans);
      if (!failure.empty()) return {{}, failure};
      return checked(spans);
    }
  return spans_of_text(text);
}

Parsed<Interval> read_span(const std::string& zone) {
  const auto spans = read_spans(zone);
  if (!spans) return {{}, spans.failure};
  if (spans.value->size() != 1) return {{}, "ambiguous"};
  return {spans.value->front(), {}};
}

}  // namespace vrlt::evaluation
