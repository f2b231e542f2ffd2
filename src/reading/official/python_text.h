#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/reading/peers/text_scan.h"

namespace vrlt::reading::official {

// The official scripts are Python: their patterns see characters, not bytes. A text becomes one
// byte per character: ASCII as it is, full-width digits as ASCII digits, and of what is beyond
// ASCII only its kind. Digits of other scripts count as letters, unlike there.
inline constexpr char kWideLetter = '\x80', kEnDash = '\x81', kWideSpace = '\x82',
                      kWideOther = '\x83';

std::string characters_of(std::string_view text);

/// Python's \s and \w on such a text.
inline bool is_space(char c) { return peers::is_space(c) || c == kWideSpace; }
inline bool is_word(char c) {
  return peers::is_letter(c) || peers::is_digit(c) || c == '_' || c == kWideLetter;
}

inline char at(std::string_view text, size_t i) { return i < text.size() ? text[i] : '\0'; }

size_t skip_spaces(std::string_view text, size_t i);
size_t skip_digits(std::string_view text, size_t i);

/// Whether \b matches in front of i.
inline bool is_boundary(std::string_view text, size_t i) {
  return (i > 0 && is_word(text[i - 1])) != (i < text.size() && is_word(text[i]));
}

/// float() of digits with at most one dot.
double number(std::string_view digits);

/// str.replace and `needle in text`.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
inline bool contains(std::string_view text, std::string_view needle) {
  return text.find(needle) != std::string_view::npos;
}

/// str.split(): the words between runs of white space. str.split(c): the pieces between single
/// characters of `separators`.
std::vector<std::string_view> split_words(std::string_view text);
std::vector<std::string_view> split_at(std::string_view text, std::string_view separators);

}  // namespace vrlt::reading::official
