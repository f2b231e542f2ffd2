// Time spans in an answer: JSON of several shapes, or ranges in running text.
#include <cmath>

#include "rewards/answer_limits.h"
#include "rewards/text_scan.h"
#include "rewards/time_literal.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {
namespace {

using Spans = Parsed<std::vector<Interval>>;

Spans failed(const char* reason) { return {{}, reason}; }

std::optional<io::Json> parse_strict_json(std::string_view text) {
  try {
    return io::parse_json(text, "answer", {.max_bytes = kMaxJsonBytes, .max_depth = 8});
  } catch (const DataError&) {
    return {};
  }
}

/// A finite number, or text that is entirely a time.
std::optional<double> json_time(const io::Json& value) {
  if (value.is_number()) return std::isfinite(value.get<double>()) ? std::optional(value.get<double>()) : std::nullopt;
  if (value.is_string()) return parse_time(value.get<std::string>());
  return {};
}

Spans spans_of_pairs(const std::vector<std::pair<const io::Json*, const io::Json*>>& pairs) {
  std::vector<Interval> spans;
  for (const auto& [start, end] : pairs) {
    const auto s = json_time(*start), e = json_time(*end);
    if (!s || !e) return failed("bad_number");
    if (*s < 0 || *e < 0) return failed("negative");
    spans.push_back({*s, *e});
  }
  return {spans, {}};
}

Spans parse_object(std::string_view text) {
  const auto json = parse_strict_json(text);
  if (!json || !json->is_object()) return failed("bad_json");
  for (const auto& [start, end] : {std::pair("start_time", "end_time"), std::pair("start", "end")})
    if (json->contains(start) && json->contains(end)) return spans_of_pairs({{&(*json)[start], &(*json)[end]}});
  return failed("missing_keys");
}

Spans parse_list(std::string_view text) {
  std::string brackets(text);
  for (char& c : brackets) c = c == '(' ? '[' : c == ')' ? ']' : c;
  const auto json = parse_strict_json(brackets);
  if (!json || !json->is_array()) return failed("bad_json");
  if (json->empty()) return failed("empty");
  std::vector<std::pair<const io::Json*, const io::Json*>> pairs;
  if (!json->front().is_array()) {
    if (json->size() != 2) return failed("bad_pair");
    pairs.push_back({&(*json)[0], &(*json)[1]});
  } else {
    for (const auto& item : *json) {
      if (!item.is_array() || item.size() != 2) return failed("bad_pair");
      pairs.push_back({&item[0], &item[1]});
    }
  }
  return spans_of_pairs(pairs);
}

/// Tokens of running text.
struct Token {
  enum class Kind { kTime, kSeparator, kAnd, kOther } kind;
  double seconds = 0;
};

struct Tokens {
  std::vector<Token> list;
  std::string failure;
};

/// Length of a dash or tilde at the front, in bytes; 0 if there is none.
size_t dash_length(std::string_view text) {
  for (const std::string_view dash : {"-", "~", "\xE2\x80\x93", "\xE2\x80\x94"})
    if (text.starts_with(dash)) return dash.size();
  return 0;
}

Tokens tokenize(std::string_view text) {
  Tokens tokens;
  bool after_time = false;  // nothing but white space since the last time
  for (size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (is_space(rest.front())) {
      ++i;
    } else if (const auto time = scan_time(rest, i == 0 ? '\0' : text[i - 1])) {
      if (time->bad) {
        tokens.failure = "bad_number";
        return tokens;
      }
      tokens.list.push_back({Token::Kind::kTime, time->seconds});
      i += time->length;
      after_time = true;
    } else if (const size_t dash = dash_length(rest)) {
      size_t next = i + dash;
      while (next < text.size() && is_space(text[next])) ++next;
      const bool before_time = next < text.size() && is_digit(text[next]);
      const bool sign = rest.front() == '-' && before_time && !after_time && next == i + dash;
      if (sign) {
        tokens.failure = "negative";
        return tokens;
      }
      tokens.list.push_back({Token::Kind::kSeparator});
      i += dash;
      after_time = false;
    } else if (is_letter(rest.front())) {
      size_t end = 0;
      while (end < rest.size() && (is_letter(rest[end]) || is_digit(rest[end]) || rest[end] == '_')) ++end;
      const auto word = lower(rest.substr(0, end));
      if (word == "and")
        tokens.list.push_back({Token::Kind::kAnd});
      else if (word == "to" || word == "until" || word == "through")
        tokens.list.push_back({Token::Kind::kSeparator});
      else if (end > 1 && is_digit(rest[end - 1])) {
        tokens.failure = "bad_number";
        return tokens;
      }  // x12
      else
        tokens.list.push_back({Token::Kind::kOther});
      i += end;
      after_time = false;
    } else {
      tokens.list.push_back({Token::Kind::kOther});
      ++i;
      after_time = false;
    }
  }
  return tokens;
}

/// Ranges are time, separator, time. "and" joins two times, but between two whole ranges it separates them.
Spans parse_ranges(std::string_view text) {
  const auto [tokens, failure] = tokenize(text);
  if (!failure.empty()) return {{}, failure};
  const auto kind = [&](size_t i) { return i < tokens.size() ? tokens[i].kind : Token::Kind::kOther; };
  const auto is_range = [&](size_t i, bool with_and) {
    return kind(i) == Token::Kind::kTime && (kind(i + 1) == Token::Kind::kSeparator || (with_and && kind(i + 1) == Token::Kind::kAnd)) &&
           kind(i + 2) == Token::Kind::kTime;
  };
  std::vector<Interval> spans;
  for (size_t i = 0; i < tokens.size();) {
    if (!is_range(i, true)) {
      ++i;
      continue;
    }
    if (spans.size() >= kMaxSpans) return failed("too_many");
    spans.push_back({tokens[i].seconds, tokens[i + 2].seconds});
    i += 3;
    if (kind(i) == Token::Kind::kSeparator && kind(i + 1) == Token::Kind::kTime) return failed("chain");
    if (kind(i) == Token::Kind::kAnd && kind(i + 1) == Token::Kind::kTime && !(is_range(i + 1, false) && kind(i - 2) == Token::Kind::kSeparator))
      return failed("chain");
  }
  if (spans.empty()) return failed("no_range");
  return {spans, {}};
}

}  // namespace

Parsed<std::vector<Interval>> parse_spans(std::string_view answer) {
  if (answer.size() > kMaxAnswerBytes) return failed("too_long");
  const auto text = strip_code_fence(answer);
  if (text.empty()) return failed("empty");
  if (text.front() == '{') return parse_object(text);
  if (text.front() == '[' || text.front() == '(') return parse_list(text);
  return parse_ranges(text);
}

Parsed<Interval> parse_single_span(std::string_view answer) {
  const auto spans = parse_spans(answer);
  if (!spans) return {{}, spans.failure};
  if (spans.value->size() != 1) return {{}, "multiple_spans"};
  return {spans.value->front(), {}};
}

}  // namespace vrlt::rewards
