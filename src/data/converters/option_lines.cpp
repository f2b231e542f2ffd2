#include "data/converters/option_lines.h"

namespace vrlt::data {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr const char* kBlanks = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::optional<LabelledOption> parse_dotted_option(std::string_view line) {
  line = without_blanks(line);
  if (line.size() < 2 || !is_letter(line[0]) || line[1] != '.') return {};
  return LabelledOption{std::string(1, line[0]), std::string(without_blanks(line.substr(2)))};
}

std::optional<LabelledOption> parse_bracketed_option(std::string_view line) {
  line = without_blanks(line);
  if (line.size() < 3 || line[0] != '(' || !is_letter(line[1]) || line[2] != ')') return {};
  return LabelledOption{std::string(1, line[1]), std::string(without_blanks(line.substr(3)))};
}

std::optional<LabelledOption> parse_captioned_option(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || without_blanks(line.substr(0, colon)).empty()) return {};
  return LabelledOption{std::string(without_blanks(line.substr(0, colon))), std::string(without_blanks(line.substr(colon + 1)))};
}

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace vrlt::data
