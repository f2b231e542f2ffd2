#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace vrlt::reading::peers {

// The peers match Unicode text with Python's \s, \d, strip() and float(), so their rules, unlike
// our own grammar, know the spaces and digits of every script. Bytes that are not UTF-8 are
// neither.

/// Bytes of white space at the front.
size_t unicode_spaces_at(std::string_view text);

/// Without white space at either end, as Python's str.strip().
std::string_view unicode_trim(std::string_view text);

/// A decimal digit at the front, and its length in bytes.
struct UnicodeDigit {
  int value;
  size_t length;
};
std::optional<UnicodeDigit> unicode_digit_at(std::string_view text);

/// A character beyond ASCII at the front: its length in bytes, and whether Python's \w matches it
/// (letters and numbers).
struct WideCharacter {
  size_t length;
  bool word;
};
WideCharacter wide_character_at(std::string_view text);

/// The number that Python's float() makes of the text: surrounding space, a sign, underscores
/// between digits, an exponent, inf and nan are allowed. Empty if it raises.
std::optional<double> python_float(std::string_view text);

}  // namespace vrlt::reading::peers
