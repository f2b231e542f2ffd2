#pragma once

#include <string>
#include <vector>

#include "vrlt/config/load.h"

namespace vrlt::settings {

/// Problems of the name of a run, which is the name of its folder: one plain folder name of at most
/// 200 bytes, no path, no control characters.
/// @param parts  names that may be joined by "/": 2 for an evaluation of a suite, which lies in the
/// suite's folder.
std::vector<std::string> check_run_name(const std::string& name,
                                        const config::KeyLocations& locations, int parts = 1);

}  // namespace vrlt::settings
