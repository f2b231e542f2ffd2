#include "config/config_text.h"

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/text.h"

namespace vrlt::config {
namespace {

/// Bytes of the UTF-8 character that begins with `lead`; 0 if none does.
size_t character_bytes(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

bool is_character(const std::string& line, size_t at, size_t bytes) {
  if (bytes == 0 || at + bytes > line.size()) return false;
  for (size_t i = 1; i < bytes; ++i)
    if ((static_cast<unsigned char>(line[at + i]) & 0xC0) != 0x80) return false;
  return true;
}

std::string hexadecimal(unsigned char byte) {
  char text[8];
  std::snprintf(text, sizeof text, "0x%02X", byte);
  return text;
}

/// What the first byte of a line that no config has is, and where; npos: there is none.
std::pair<size_t, std::string> odd_byte(const std::string& line) {
  for (size_t at = 0; at < line.size();) {
    const auto byte = static_cast<unsigned char>(line[at]);
    if ((byte < 0x20 && byte != '\t' && !(byte == '\r' && at + 1 == line.size())) || byte == 0x7F)
      return {at, concat("a control character (", hexadecimal(byte), ")")};
    const auto bytes = character_bytes(byte);
    if (!is_character(line, at, bytes))
      return {at, concat("the byte ", hexadecimal(byte), " is no UTF-8")};
    at += bytes;
  }
  return {std::string::npos, ""};
}

/// Whether a quote at this place opens a text: behind "key:", "-", or a bracket or comma.
bool may_open(const std::string& line, size_t at) {
  const auto before = at == 0 ? std::string::npos : line.find_last_not_of(" \t", at - 1);
  if (before == std::string::npos) return true;
  const char c = line[before];
  return c == '[' || c == '{' || c == ',' || ((c == ':' || c == '-') && before + 1 < at);
}

/// Behind the quote that closes the text opened at `at`; npos if none does on this line.
size_t behind_text(const std::string& line, size_t at) {
  const char quote = line[at];
  for (size_t i = at + 1; i < line.size(); ++i) {
    if (quote == '"' && line[i] == '\\')
      ++i;
    else if (line[i] == quote && quote == '\'' && i + 1 < line.size() && line[i + 1] == quote)
      ++i;
    else if (line[i] == quote)
      return i + 1;
  }
  return std::string::npos;
}

/// Where a quoted text opens that does not close on the line; npos: there is none.
size_t open_quote(const std::string& line) {
  for (size_t at = 0; at < line.size();) {
    if (line[at] == '#' && (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t'))
      return std::string::npos;
    if ((line[at] != '"' && line[at] != '\'') || !may_open(line, at)) {
      ++at;
      continue;
    }
    const auto behind = behind_text(line, at);
    if (behind == std::string::npos) return at;
    at = behind;
  }
  return std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

std::string read_config_text(const std::filesystem::path& file) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  try {
    const auto bytes = io::read_file(file, kMaxConfigBytes);
    return std::string(io::without_mark(bytes, file.string()));
  } catch (const DataError& error) {
    throw ConfigError(error.what());
  }
}

std::vector<std::string> mistakes_of_text(const std::string& text, const std::string& origin) {
  std::vector<std::string> mistakes;
  const auto lines = lines_of(text);
  for (size_t i = 0; i < lines.size() && mistakes.empty(); ++i) {
    const auto place = [&](size_t at) { return concat(origin, ":", i + 1, ":", at + 1, ": "); };
    if (const auto [at, what] = odd_byte(lines[i]); at != std::string::npos)
      mistakes.push_back(concat(place(at), what, ": a config is text in UTF-8"));
    else if (const auto quote = open_quote(lines[i]); quote != std::string::npos)
      mistakes.push_back(concat(place(quote), "the quote ", lines[i][quote],
                                " that opens here is not closed on this line"));
  }
  return mistakes;
}

std::string place_of_tab(const std::string& text, const std::string& origin, int last_line) {
  const auto lines = lines_of(text);
  for (size_t i = 0; i < lines.size() && static_cast<int>(i) <= last_line; ++i) {
    const auto first = lines[i].find_first_not_of(" \t\r");
    const auto tab = lines[i].find('\t');
    if (first != std::string::npos && tab < first && lines[i][first] != '#')
      return concat(origin, ":", i + 1, ":", tab + 1);
  }
  return {};
}

}  // namespace vrlt::config
