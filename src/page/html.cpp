#include "vrlt/page/html.h"

#include <cmath>
#include <cstdint>
#include <cstdio>

namespace vrlt::page {
namespace {

/// Bytes of the UTF-8 character that starts `text`; 0 if it is malformed (overlong, surrogate,
/// above U+10FFFF, cut off).
size_t character_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
  if ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) return 0;
  return length;
}

}  // namespace

std::string escape(std::string_view text) {
  constexpr const char* kReplacement = "\xef\xbf\xbd";
  std::string html;
  html.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const size_t length = character_length(text);
    const char c = text[0];
    if (length == 0) {
      html += kReplacement;
    } else if (length > 1) {
      html += text.substr(0, length);
    } else if (c == '&') {
      html += "&amp;";
    } else if (c == '<') {
      html += "&lt;";
    } else if (c == '>') {
      html += "&gt;";
    } else if (c == '"') {
      html += "&quot;";
    } else if (c == '\'') {
      html += "&#39;";
    } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f) {
      html += kReplacement;
    } else {
      html += c;
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return html;
}

std::string shorten(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string format_number(double value) {
  if (!std::isfinite(value)) return "–";
  char text[32];
  const double size = std::abs(value);
  if (size >= 1e4 && size < 1e9 && value == std::floor(value)) {
    std::snprintf(text, sizeof(text), "%.0f", value);
  } else {
    std::snprintf(text, sizeof(text), "%.4g", value);
  }
  return text;
}

std::string base64(std::string_view bytes) {
  constexpr const char* kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0u);
    for (size_t i = 0; i < 4; ++i)
      text += at + i > bytes.size() ? '=' : kAlphabet[group >> (18 - 6 * i) & 63];
  }
  return text;
}

bool is_base64(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == text.npos;
}

std::string folded(const std::string& summary, const std::string& body, bool open) {
  return "<details" + std::string(open ? " open" : "") + "><summary>" + summary + "</summary>" +
         body + "</details>\n";
}

std::string finder(const std::vector<std::string>& kinds) {
  std::string html =
      "<div class=\"finder\"><input type=\"search\" placeholder=\"search\" "
      "aria-label=\"search\">";
  if (!kinds.empty()) {
    html += "<select aria-label=\"kind\"><option value=\"\">all</option>";
    for (const auto& kind : kinds) html += "<option>" + escape(kind) + "</option>";
    html += "</select>";
  }
  return html +
         "<button type=\"button\">fold or unfold</button><span class=\"soft count\"></span></div>";
}

std::string item(const std::string& summary, const std::string& body,
                 const std::vector<std::string>& kinds, bool open) {
  std::string all;
  for (const auto& kind : kinds) all += (all.empty() ? "" : "|") + kind;
  return "<details class=\"item\" data-kinds=\"" + escape(all) + "\"" + (open ? " open" : "") +
         "><summary>" + summary + "</summary>" + body + "</details>\n";
}

std::string card(const std::string& title, const std::string& body) {
  return "<div class=\"card\"><b>" + escape(title) + "</b>" + body + "</div>";
}

std::string number_cell(double value) {
  return "<td class=\"number\">" + format_number(value) + "</td>";
}

}  // namespace vrlt::page
