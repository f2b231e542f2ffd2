#include "vrlt/core/lines.h"

#include <fstream>

namespace vrlt {

std::string first_line_of(const std::filesystem::path& file) {
  std::ifstream lines(file);
  std::string line;
  std::getline(lines, line);
  return line;
}

std::string field_of(const std::filesystem::path& file, std::string_view name) {
  constexpr const char* kBlank = " \t";
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(name)) continue;
    const auto begin = line.find_first_not_of(kBlank, colon + 1);
    return begin == std::string::npos
               ? std::string()
               : line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin);
  }
  return {};
}

}  // namespace vrlt
