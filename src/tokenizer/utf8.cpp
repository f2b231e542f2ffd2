#include "vrlt/tokenizer/utf8.h"

#include <utf8proc.h>

#include <cstdlib>

namespace vrlt::tokenizer {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// Range of the second byte that may follow a leading byte (Unicode table 3-7), and how many bytes
/// the sequence has.
struct Lead {
  int length;
  unsigned char low, high;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

}  // namespace

std::vector<char32_t> decode_utf8(std::string_view bytes) {
  std::vector<char32_t> result;
  result.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[i]);
    const auto [length, low, high] = lead_of(first);
    if (length == 1) {
      result.push_back(first);
      ++i;
      continue;
    }
    char32_t value = length == 2 ? first & 0x1F : length == 3 ? first & 0x0F : first & 0x07;
    int taken = 1;
    while (taken < length && i + static_cast<size_t>(taken) < bytes.size()) {
      const auto next = static_cast<unsigned char>(bytes[i + static_cast<size_t>(taken)]);
      if (next < (taken == 1 ? low : 0x80) || next > (taken == 1 ? high : 0xBF)) break;
      value = (value << 6) | (next & 0x3F);
      ++taken;
    }
    result.push_back(length > 0 && taken == length ? value : kReplacement);
    i += static_cast<size_t>(taken);
  }
  return result;
}

void append_utf8(std::string& text, char32_t code_point) {
  const auto put = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6), put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12), put(0x80 | (code_point >> 6 & 0x3F)),
        put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18), put(0x80 | (code_point >> 12 & 0x3F)),
        put(0x80 | (code_point >> 6 & 0x3F)), put(0x80 | (code_point & 0x3F));
  }
}

std::string valid_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char32_t code_point : decode_utf8(bytes)) append_utf8(text, code_point);
  return text;
}

std::string normalize_nfc(const std::string& text) {
  utf8proc_uint8_t* out = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return text;
  std::string result(reinterpret_cast<const char*>(out), static_cast<size_t>(size));
  std::free(out);
  return result;
}

}  // namespace vrlt::tokenizer
