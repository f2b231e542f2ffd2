#include "reading/official/span_scans.h"

#include <algorithm>

#include "reading/official/python_text.h"

namespace vrlt::reading::official {

using peers::is_digit;

Match bare_number(std::string_view text, size_t i) {
  if (!is_digit(at(text, i)) || !is_boundary(text, i)) return {};
  const size_t whole = skip_digits(text, i);
  if (at(text, whole) == '.' && is_digit(at(text, whole + 1))) {
    const size_t end = skip_digits(text, whole + 1);
    if (is_boundary(text, end)) return {number(text.substr(i, end - i)), end};
  }
  if (!is_boundary(text, whole)) return {};
  return {number(text.substr(i, whole - i)), whole};
}

Match decimal(std::string_view text, size_t i) {
  size_t end = skip_digits(text, i);
  if (end == i) return {};
  if (at(text, end) == '.') end = skip_digits(text, end + 1);
  return {number(text.substr(i, end - i)), end};
}

Match clock(std::string_view text, size_t i, bool fraction) {
  const auto two_digits = [&](size_t k) {
    return at(text, k) == ':' && is_digit(at(text, k + 1)) && is_digit(at(text, k + 2));
  };
  if (!is_digit(at(text, i))) return {};
  const size_t first = is_digit(at(text, i + 1)) ? i + 2 : i + 1;
  if (!two_digits(first)) return {};
  double minutes = number(text.substr(i, first - i));
  size_t last = first;
  if (two_digits(first + 3)) {
    minutes = minutes * 60 + number(text.substr(first + 1, 2));
    last = first + 3;
  }
  size_t end = last + 3;
  if (fraction && at(text, end) == '.' && is_digit(at(text, end + 1)))
    end = skip_digits(text, end + 1);
  return {minutes * 60 + number(text.substr(last + 1, end - last - 1)), end};
}

std::vector<double> bare_numbers(std::string_view text) {
  std::vector<double> values;
  for (size_t i = 0; i < text.size();) {
    const auto match = bare_number(text, i);
    if (match) values.push_back(match.value);
    i = match ? match.end : std::max(i + 1, skip_digits(text, i));
  }
  return values;
}

std::vector<double> clocks(std::string_view text, bool fraction) {
  std::vector<double> values;
  for (size_t i = 0; i < text.size();) {
    const auto match = clock(text, i, fraction);
    if (match) values.push_back(match.value);
    i = match ? match.end : i + 1;
  }
  return values;
}

std::vector<Interval> paired(const std::vector<double>& values) {
  std::vector<Interval> spans;
  for (size_t i = 0; i + 1 < values.size(); i += 2) spans.push_back({values[i], values[i + 1]});
  return spans;
}

std::vector<std::string_view> pieces_about_times(std::string_view text) {
  auto pieces = split_at(text, "!?\n");
  // "starts", "ends", "happens in" and "start time" of the source hold one of these.
  std::erase_if(pieces, [](std::string_view piece) {
    return !contains(piece, "start") && !contains(piece, "end") && !contains(piece, "happen");
  });
  return pieces;
}

std::string with_hyphens(std::string_view response) {
  return replace_all(replace_all(peers::lower(characters_of(response)),
                                 "a specific example is : 20.8 - 30.0 seconds", ""),
                     "to", "-");
}

}  // namespace vrlt::reading::official
