#include "model/problem_list.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::model {

std::string listed(const std::vector<std::string>& lines) {
  constexpr size_t kShown = 8;
  std::string text;
  for (size_t i = 0; i < std::min(lines.size(), kShown); ++i) text += "\n  " + lines[i];
  if (lines.size() > kShown) text += concat("\n  ... and ", lines.size() - kShown, " more");
  return text;
}

}  // namespace vrlt::model
