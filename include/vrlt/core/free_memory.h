#pragma once

#include <cstdint>

namespace vrlt {

/// Bytes that this process may still take of the machine's memory: what the machine has left, or
/// less where a limit on the process or on its control group (cgroup) leaves less. What this
/// process keeps of memory that it has freed does not count. 0 where the system tells nothing.
int64_t free_memory();

}  // namespace vrlt
