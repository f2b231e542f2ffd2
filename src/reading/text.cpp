#include "reading/text.h"

#include <algorithm>

#include "vrlt/tokenizer/utf8.h"

namespace vrlt::reading {
namespace {

struct Range {
  char32_t first, last;
};

constexpr Range kWordRanges[] = {{0xAA, 0xAA},   {0xB2, 0xB3},     {0xB9, 0xBA},
                                 {0xBC, 0xBE},   {0xC0, 0xD6},     {0xD8, 0xF6},
                                 {0xF8, 0x1FFF}, {0x2070, 0x209C}, {0x2150, 0x218B}};
constexpr Range kCjkRanges[] = {
    {0x2E80, 0x2FDF}, {0x3005, 0x3007}, {0x3040, 0x312F}, {0x3130, 0x318F}, {0x31A0, 0x31FF},
    {0x3400, 0x9FFF}, {0xAC00, 0xD7AF}, {0xF900, 0xFAFF}, {0xFF66, 0xFF9F}, {0x20000, 0x3FFFF}};

bool is_in(char32_t c, std::span<const Range> ranges) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return c >= range.first && c <= range.last; });
}

}  // namespace

bool is_one_of(char32_t c, View set) { return c != 0 && set.find(c) != View::npos; }

bool is_word(char32_t c) {
  if (c < 0x80) return is_letter(c) || is_digit(c) || c == '_';
  return is_in(c, kWordRanges);
}

bool is_cjk(char32_t c) { return c >= 0x2E80 && is_in(c, kCjkRanges); }

size_t skip_blanks(View text, size_t i) {
  while (is_blank(at(text, i))) ++i;
  return i;
}

size_t skip_all(View text, size_t i, View set) {
  while (is_one_of(at(text, i), set)) ++i;
  return i;
}

size_t skip_blanks_back(View text, size_t i) {
  while (is_blank(before(text, i))) --i;
  return i;
}

View trim(View text) { return trim_all(text, U" \n"); }

View trim_all(View text, View set) {
  while (!text.empty() && is_one_of(text.front(), set)) text.remove_prefix(1);
  while (!text.empty() && is_one_of(text.back(), set)) text.remove_suffix(1);
  return text;
}

Text lower(View text) {
  Text result(text);
  for (auto& c : result) c = lower(c);
  return result;
}

size_t match(View text, size_t i, View phrase) {
  for (const char32_t c : phrase) {
    if (c == ' ') {
      if (!is_blank(at(text, i))) return kNone;
      i = skip_blanks(text, i);
    } else if (lower(at(text, i)) == c) {
      ++i;
    } else {
      return kNone;
    }
  }
  return is_word(phrase.back()) && is_word(at(text, i)) ? kNone : i;
}

size_t match_any(View text, size_t i, std::span<const View> phrases) {
  size_t longest = kNone;
  for (const auto phrase : phrases) {
    const size_t end = match(text, i, phrase);
    if (end != kNone && (longest == kNone || end > longest)) longest = end;
  }
  return longest;
}

size_t skip_phrase(View text, size_t i, Words phrases) {
  const size_t end = match_any(text, i, phrases);
  return end == kNone ? i : skip_blanks(text, end);
}

size_t word_end(View text, size_t i) {
  while (is_word(at(text, i))) ++i;
  return i;
}

std::vector<Line> lines_of(View text) {
  std::vector<Line> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(U'\n', begin), text.size());
    const size_t first = std::min(skip_all(text, begin, U" "), end);
    size_t last = end;
    while (last > first && text[last - 1] == ' ') --last;
    if (first < last) lines.push_back({first, last});
    begin = end + 1;
  }
  return lines;
}

std::string to_utf8(View text) {
  std::string result;
  for (const char32_t c : text) tokenizer::append_utf8(result, c);
  return result;
}

}  // namespace vrlt::reading
