#include "rewards/time_literal.h"

#include <charconv>
#include <cmath>
#include <string>

#include "rewards/text_scan.h"

namespace vrlt::rewards {
namespace {

double number(std::string_view text) {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  return result.ec == std::errc() ? value : INFINITY;
}

/// Length of a decimal number (digits, optional fraction) at `begin`.
size_t decimal_at(std::string_view text, size_t begin) {
  const size_t whole = digits_at(text, begin), dot = begin + whole;
  if (dot < text.size() && text[dot] == '.') {
    const size_t fraction = digits_at(text, dot + 1);
    if (fraction > 0) return whole + 1 + fraction;
  }
  return whole;
}

/// Length of the unit after a number, blanks before it included; 0 if there is none.
size_t unit_at(std::string_view text, size_t begin) {
  size_t at = begin;
  while (at < text.size() && is_space(text[at])) ++at;
  for (const std::string_view unit : {"seconds", "second", "secs", "sec", "s"}) {
    if (!starts_with_word(text.substr(at), unit)) continue;
    const size_t after = at + unit.size();
    if (after < text.size() && (is_letter(text[after]) || is_digit(text[after]) || text[after] == '_')) continue;
    return after - begin;
  }
  return 0;
}

bool glued_before(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == ':' || c == '.' || c == ','; }

bool glued_after(std::string_view text, size_t at) {
  if (at >= text.size()) return false;
  const char c = text[at];
  if (is_letter(c) || is_digit(c) || c == '_' || c == ':') return true;
  return (c == '.' || c == ',') && at + 1 < text.size() && is_digit(text[at + 1]);
}

}  // namespace

std::optional<TimeLiteral> scan_time(std::string_view text, char before) {
  if (text.empty() || !is_digit(text.front())) return {};
  TimeLiteral literal;
  std::string_view fields[3];
  size_t num_fields = 0, at = 0;
  while (num_fields < 3) {
    const size_t length = decimal_at(text, at);
    if (length == 0) break;
    fields[num_fields++] = text.substr(at, length);
    at += length;
    const bool whole = fields[num_fields - 1].find('.') == std::string_view::npos;
    if (!whole || num_fields == 3 || at + 1 >= text.size() || text[at] != ':' || !is_digit(text[at + 1])) break;
    ++at;
  }
  literal.seconds = number(fields[0]);
  for (size_t i = 1; i < num_fields; ++i) {
    const double part = number(fields[i]);
    if (part >= 60 || digits_at(fields[i], 0) != 2) literal.bad = true;
    literal.seconds = literal.seconds * 60 + part;
  }
  if (num_fields == 3 && number(fields[1]) >= 60) literal.bad = true;
  if (!std::isfinite(literal.seconds) || (before != 0 && glued_before(before))) literal.bad = true;
  const size_t unit = unit_at(text, at);
  if (unit == 0 && glued_after(text, at)) literal.bad = true;
  literal.length = at + unit;
  return literal;
}

std::optional<double> parse_time(std::string_view text) {
  text = trim(text);
  const auto literal = scan_time(text, 0);
  if (!literal || literal->bad || literal->length != text.size()) return {};
  return literal->seconds;
}

}  // namespace vrlt::rewards
