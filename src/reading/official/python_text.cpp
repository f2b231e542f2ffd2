#include "reading/official/python_text.h"

#include <charconv>
#include <cmath>

#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::official {

std::string characters_of(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const char c = text.front();
    if (static_cast<unsigned char>(c) < 0x80) {
      result += c;
      text.remove_prefix(1);
      continue;
    }
    const auto wide = peers::wide_character_at(text);
    const auto character = text.substr(0, wide.length);
    if (character.size() == 3 && character.starts_with("\xEF\xBC") && character[2] >= '\x90' &&
        character[2] <= '\x99')
      result += static_cast<char>('0' + (character[2] - '\x90'));
    else if (character == "\xE2\x80\x93")
      result += kEnDash;
    else if (peers::unicode_spaces_at(character) > 0)
      result += kWideSpace;
    else
      result += wide.word ? kWideLetter : kWideOther;
    text.remove_prefix(wide.length);
  }
  return result;
}

size_t skip_spaces(std::string_view text, size_t i) {
  while (i < text.size() && is_space(text[i])) ++i;
  return i;
}

size_t skip_digits(std::string_view text, size_t i) {
  while (i < text.size() && peers::is_digit(text[i])) ++i;
  return i;
}

double number(std::string_view digits) {
  double value = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value,
                                      std::chars_format::fixed);
  return result.ec == std::errc::result_out_of_range ? INFINITY : value;
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (size_t i = 0;;) {
    const size_t found = text.find(from, i);
    result += text.substr(i, found - i);
    if (found == std::string_view::npos) return result;
    result += to;
    i = found + from.size();
  }
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t i = skip_spaces(text, 0); i < text.size(); i = skip_spaces(text, i)) {
    const size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    words.push_back(text.substr(begin, i - begin));
  }
  return words;
}

std::vector<std::string_view> split_at(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> pieces;
  for (size_t i = 0;;) {
    const size_t found = text.find_first_of(separators, i);
    pieces.push_back(text.substr(i, found - i));
    if (found == std::string_view::npos) return pieces;
    i = found + 1;
  }
}

}  // namespace vrlt::reading::official
