#include "reading/number_scan.h"

#include <algorithm>

#include "reading/times.h"

namespace vrlt::reading {
namespace {

/// Without the commas between groups of thousands, where all commas are such.
Text without_groups(View blob) {
  Text digits;
  const size_t point = std::min(blob.find(U'.'), blob.size());
  const auto whole = blob.substr(0, point);
  for (size_t begin = 0; begin <= whole.size();) {
    const size_t end = std::min(whole.find(U',', begin), whole.size());
    const bool first = begin == 0,
               right = first ? end - begin <= 3 && end > begin : end - begin == 3;
    if (!right) return Text(blob);
    digits += whole.substr(begin, end - begin);
    begin = end + 1;
  }
  return digits.append(blob.substr(point));
}

}  // namespace

NumberAt number_at(View text, size_t i) {
  NumberAt number{.begin = i};
  size_t end = i;
  while (is_digit(at(text, end)) || is_one_of(at(text, end), U":.,/")) ++end;
  while (end > i + 1 && !is_digit(text[end - 1])) --end;
  const auto blob = text.substr(i, end - i);
  const auto time = time_of_blob(blob.find(U',') != View::npos ? without_groups(blob) : Text(blob));
  number.value = time.seconds;
  if (time.bad != Reason::kOk || time.unit == Unit::kClock)
    number.reason = Reason::kBadNumber;
  else if (time.too_large)
    number.reason = Reason::kNumberTooLarge;
  const size_t glued = word_end(text, end);
  const auto word = lower(text.substr(end, glued - end));
  number.ordinal = word == U"st" || word == U"nd" || word == U"rd" || word == U"th";
  if (number.ordinal ||
      std::any_of(word.begin(), word.end(), [](char32_t c) { return is_digit(c) || c == '_'; })) {
    number.reason = Reason::kBadNumber;
    end = glued;
  }
  number.end = end;
  return number;
}

std::vector<NumberAt> numbers_of(View text) {
  std::vector<NumberAt> numbers;
  for (size_t i = 0; i < text.size();) {
    if (is_word(text[i]) && !is_digit(text[i])) {
      i = word_end(text, i);
      continue;
    }
    if (!number_begins(text, i)) {
      ++i;
      continue;
    }
    auto number = number_at(text, i);
    const bool touched = is_word(at(text, number.end));
    const size_t sign = i;
    i = std::max(i + 1, touched ? word_end(text, number.end) : number.end);
    if (touched || number.ordinal) continue;
    if (before(text, sign) == '-' && !is_word(before(text, sign - 1)) &&
        before(text, sign - 1) != '.') {
      number.begin = sign - 1;
      number.value = -number.value;
    }
    numbers.push_back(number);
  }
  return numbers;
}

}  // namespace vrlt::reading
