#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

/// How many neighbouring ranks make groups that each lie within one machine, as large as possible
/// and all of one size; all ranks, where they are on one machine or each on one of its own.
/// @param hosts  of each rank. @throws ConfigError naming two ranks of a machine with one of
/// another between them.
int64_t ranks_within_machines(const std::vector<std::string>& hosts);

/// The same of the ranks of a group, which all call it.
int64_t ranks_within_machines(ProcessGroup& group);

}  // namespace vrlt::distributed
