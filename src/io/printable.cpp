#include "vrlt/io/printable.h"

#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::io {
namespace {

std::string escaped_controls(const std::string& text) {
  std::string result;
  const auto escape = [&](unsigned code_point) {
    char digits[8];
    std::snprintf(digits, sizeof digits, "\\u%04x", code_point);
    result += digits;
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    if (byte == '\n') {
      result += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      escape(byte);
    } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
      escape(next);
      ++i;
    } else if (byte == 0xEF && next == 0xBF && i + 2 < text.size() &&
               static_cast<unsigned char>(text[i + 2]) >= 0xBE) {
      escape(0xFF00U + static_cast<unsigned char>(text[i + 2]) + 0x40U);
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

}  // namespace

std::string printable(const std::string& text, size_t limit) {
  const auto valid = parse_json(to_line(Json(text.substr(0, limit))), "text").get<std::string>();
  return escaped_controls(valid) +
         (text.size() > limit ? concat(" .. (", text.size(), " bytes)") : "");
}

}  // namespace vrlt::io
