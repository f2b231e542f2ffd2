#include "reading/value_strings.h"

#include "reading/folding.h"

namespace vrlt::reading {
namespace {

constexpr size_t kHexDigits = 4;

std::optional<char32_t> hex_code(View digits) {
  char32_t code = 0;
  if (digits.size() < kHexDigits) return {};
  for (const char32_t c : digits.substr(0, kHexDigits)) {
    const char32_t digit = lower(c);
    if (!is_digit(digit) && !(digit >= 'a' && digit <= 'f')) return {};
    code = code * 16 + (is_digit(digit) ? digit - '0' : digit - 'a' + 10);
  }
  return code;
}

bool is_high_surrogate(char32_t c) { return c >= 0xD800 && c < 0xDC00; }
bool is_low_surrogate(char32_t c) { return c >= 0xDC00 && c < 0xE000; }

/// Appends what `\u` and its digits stand for, two of them for a pair, folded as the text around
/// was. @return the signs taken.
size_t append_code_point(Text& text, View digits) {
  const auto first = hex_code(digits);
  if (!first) {
    text += 'u';
    return 0;
  }
  char32_t code = *first;
  size_t taken = kHexDigits;
  if (is_high_surrogate(code) && digits.substr(kHexDigits).starts_with(U"\\u"))
    if (const auto second = hex_code(digits.substr(kHexDigits + 2));
        second && is_low_surrogate(*second)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (*second - 0xDC00);
      taken += kHexDigits + 2;
    }
  if (is_high_surrogate(code) || is_low_surrogate(code)) code = 0xFFFD;
  text += fold(to_utf8(View(&code, 1)));
  return taken;
}

}  // namespace

std::optional<UnescapedString> unescaped_string(View text, size_t i) {
  const char32_t quote = text[i];
  UnescapedString string;
  for (++i; i < text.size(); ++i) {
    if (text[i] == quote) {
      string.end = i + 1;
      return string;
    }
    if (text[i] != '\\') {
      string.text += text[i];
      continue;
    }
    if (++i >= text.size()) return {};
    if (text[i] == 'u')
      i += append_code_point(string.text, text.substr(i + 1));
    else if (is_one_of(text[i], U"nr"))
      string.text += '\n';
    else if (is_one_of(text[i], U"tbf"))
      string.text += ' ';
    else
      string.text += text[i];
  }
  return {};
}

}  // namespace vrlt::reading
