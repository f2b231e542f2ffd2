#pragma once

#include <functional>
#include <string>

#include "vrlt/distributed/process_group.h"

namespace vrlt::app {

/// Runs `body` on every rank of this launch (a single process without a launcher) and ends them together: what one throws ends
/// the others within seconds with CommError, exit 69. Stopping on request and an incomplete evaluation are orderly ends.
/// @param device  as ModelSection::device. @param settings  what must be the same on every rank: the resolved config.
/// @throws ConfigError when a rank has other settings; what `body` throws.
int run_on_ranks(const std::string& device, const std::string& settings, const std::function<int(distributed::ProcessGroup& group)>& body);

}  // namespace vrlt::app
