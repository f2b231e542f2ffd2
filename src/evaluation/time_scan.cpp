#include "evaluation/time_scan.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "rewards/text_scan.h"

namespace vrlt::evaluation::times {
namespace {

using rewards::is_digit, rewards::is_letter, rewards::is_space;

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

}  // namespace

size_t skip_spaces(std::string_view text, size_t i) {
  while (i < text.size() && is_space(text[i])) ++i;
  return i;
}

size_t skip_word(std::string_view text, size_t i, std::string_view word) {
  if (rewards::lower(text.substr(std::min(i, text.size()), word.size())) != word) return i;
  const char after = at(text, i + word.size());
  return is_letter(after) || is_digit(after) || after == '_' ? i : i + word.size();
}

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

bool free_before(std::string_view text, size_t i) {
  if (i == 0) return true;
  const char c = text[i - 1];
  if (is_letter(c) || is_digit(c) || c == '_' || c == '.' || c == ':' || c == '%' || c == '-') return false;
  return !(c == ',' && i >= 2 && is_digit(text[i - 2]));
}

bool free_behind(std::string_view text, size_t i) {
  const char c = at(text, i);
  if (is_letter(c) || is_digit(c) || c == '_' || c == '%' || c == ':') return false;
  return !((c == '.' || c == ',') && is_digit(at(text, i + 1)));
}

}  // namespace vrlt::evaluation::times
