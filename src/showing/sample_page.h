#pragma once

#include <string>

#include "showing/shown_sample.h"

namespace vrlt::showing {

/// The sample as a self-contained HTML page: frames as JPEG, of long clips at most kMostFrames of
/// them, evenly spread.
inline constexpr size_t kMostFrames = 96;
std::string to_page(const ShownSample& shown);

}  // namespace vrlt::showing
