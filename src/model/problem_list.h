#pragma once

#include <string>
#include <vector>

namespace vrlt::model {

/// The first lines of a list, each on a line of its own, for an error message.
std::string listed(const std::vector<std::string>& lines);

}  // namespace vrlt::model
