#include "vrlt/reading/peers/unicode_scan.h"

#include <utf8proc.h>

#include <charconv>
#include <cmath>
#include <string>

#include "vrlt/reading/peers/text_scan.h"

namespace vrlt::reading::peers {
namespace {

struct Character {
  utf8proc_int32_t code_point = -1;  ///< -1: not UTF-8.
  size_t length = 1;                 ///< In bytes.
};

Character front_of(std::string_view text) {
  Character c;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &c.code_point);
  if (length > 0) c.length = static_cast<size_t>(length);
  return c;
}

bool is_unicode_space(utf8proc_int32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

/// Takes digits off the front of `text` and appends them as ASCII; an underscore may stand between
/// two digits.
bool take_digits(std::string_view& text, std::string& digits) {
  bool any = false;
  for (;;) {
    auto rest = text;
    if (any && rest.starts_with('_')) rest.remove_prefix(1);
    const auto digit = unicode_digit_at(rest);
    if (!digit) return any;
    digits += static_cast<char>('0' + digit->value);
    text = rest.substr(digit->length);
    any = true;
  }
}

/// A magnitude with digits, fraction and exponent as ASCII.
std::optional<std::string> take_decimal(std::string_view& text) {
  std::string number;
  const bool whole = take_digits(text, number);
  if (!whole) number = '0';
  bool fraction = false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    number += '.';
    fraction = take_digits(text, number);
    if (!fraction) number += '0';
  }
  if (!whole && !fraction) return {};
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    number += 'e';
    if (text.starts_with('-') || text.starts_with('+')) {
      if (text.front() == '-') number += '-';
      text.remove_prefix(1);
    }
    if (!take_digits(text, number)) return {};
  }
  return number;
}

/// As strtod: beyond the largest double is infinity, below the smallest is 0.
double ascii_number(const std::string& number) {
  double value = 0;
  const auto result = std::from_chars(number.data(), number.data() + number.size(), value);
  if (result.ec == std::errc::result_out_of_range) return std::strtod(number.c_str(), nullptr);
  return value;
}

/// Whether a character that is a space beyond ASCII can begin with this byte.
bool may_begin_space(unsigned char byte) { return byte == 0xC2 || (byte >= 0xE1 && byte <= 0xE3); }

}  // namespace

size_t unicode_spaces_at(std::string_view text) {
  size_t taken = 0;
  while (taken < text.size()) {
    if (static_cast<unsigned char>(text[taken]) < 0x80) {
      if (!is_unicode_space(text[taken])) break;
      ++taken;
      continue;
    }
    if (!may_begin_space(static_cast<unsigned char>(text[taken]))) break;
    const auto c = front_of(text.substr(taken));
    if (!is_unicode_space(c.code_point)) break;
    taken += c.length;
  }
  return taken;
}

std::string_view unicode_trim(std::string_view text) {
  text.remove_prefix(unicode_spaces_at(text));
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && text.size() - begin < 4 &&
           (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
      --begin;
    const auto last = front_of(text.substr(begin));
    if (last.length != text.size() - begin || !is_unicode_space(last.code_point)) break;
    text.remove_suffix(last.length);
  }
  return text;
}

std::optional<UnicodeDigit> unicode_digit_at(std::string_view text) {
  if (text.empty()) return {};
  if (is_digit(text.front())) return UnicodeDigit{text.front() - '0', 1};
  if (static_cast<unsigned char>(text.front()) < 0x80) return {};
  const auto c = front_of(text);
  if (utf8proc_category(c.code_point) != UTF8PROC_CATEGORY_ND) return {};
  // The decimal digits of a script are ten code points in a row; mathematical ones are five such
  // rows, one behind the other.
  int before = 0;
  while (before < 50 && utf8proc_category(c.code_point - before - 1) == UTF8PROC_CATEGORY_ND)
    ++before;
  return UnicodeDigit{before % 10, c.length};
}

WideCharacter wide_character_at(std::string_view text) {
  // Most of what is repeated to waste time needs no table: bytes that begin no character, and
  // U+2000 to U+203F, marks and spaces.
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  if (text.size() >= 3 && text.starts_with("\xE2\x80") &&
      (static_cast<unsigned char>(text[2]) & 0xC0) == 0x80)
    return {3, false};
  const auto c = front_of(text);
  const auto category = utf8proc_category(c.code_point);
  const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
  const bool number = category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
  return {c.length, letter || number};
}

std::optional<double> python_float(std::string_view text) {
  text = unicode_trim(text);
  double sign = 1.0;
  if (text.starts_with('-') || text.starts_with('+')) {
    sign = text.front() == '-' ? -1.0 : 1.0;
    text.remove_prefix(1);
  }
  const auto word = lower(text.substr(0, 9));
  if (word == "inf" || word == "infinity") return sign * INFINITY;
  if (word == "nan") return NAN;
  const auto number = take_decimal(text);
  if (!number || !text.empty()) return {};
  return sign * ascii_number(*number);
}

}  // namespace vrlt::reading::peers
