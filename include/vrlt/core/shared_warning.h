#pragma once

#include <string>

namespace vrlt::log {

/// A warning of what all ranks see alike, such as a records file: only rank 0 says it.
void shared_warning(const std::string& message);

}  // namespace vrlt::log
