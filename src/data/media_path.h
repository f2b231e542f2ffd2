#pragma once

#include <string>

namespace vrlt::data {

/// Whether a path of a record can be found below any data root: relative, without ".." and NUL, and
/// no link.
bool is_below_root(const std::string& media);

}  // namespace vrlt::data
