#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

/// Runs `body` on every rank of this launch (a single process without a launcher) and ends them
/// together: what one throws ends the others within seconds with CommError, exit 69. Stopping on
/// request and an incomplete evaluation are orderly ends.
/// @param device  as ModelSection::device. @param settings  what must be the same on every rank:
/// the resolved config.
/// @throws ConfigError naming the first key when a rank has other settings; what `body` throws.
int run_on_ranks(const std::string& device, const std::string& settings,
                 const std::function<int(ProcessGroup& group)>& body);

/// Runs what ends in run_on_ranks. What it throws before the ranks have met is told to the others,
/// which would wait for this one.
int told_to_ranks(const std::function<int()>& body);

}  // namespace vrlt::distributed
