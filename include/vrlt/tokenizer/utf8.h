#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vrlt::tokenizer {

/// Text as code points; each maximal malformed part becomes one U+FFFD (the policy of Unicode 3.9
/// and of Python's `replace`).
std::vector<char32_t> decode_utf8(std::string_view bytes);

void append_utf8(std::string& text, char32_t code_point);

/// The bytes with malformed parts replaced by U+FFFD.
std::string valid_utf8(std::string_view bytes);

/// Unicode normalisation form C of valid UTF-8.
std::string normalize_nfc(const std::string& text);

}  // namespace vrlt::tokenizer
