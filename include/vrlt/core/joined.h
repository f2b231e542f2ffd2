#pragma once

#include <string>
#include <vector>

namespace vrlt {

/// "a, b, c".
inline std::string joined(const std::vector<std::string>& texts, const char* separator = ", ") {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : separator) + text;
  return all;
}

}  // namespace vrlt
