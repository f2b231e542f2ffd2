#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace vrlt {

/// Bytes that the control groups of a process grant it, or nothing where none of them limits it.
/// @param membership  of the process, as /proc/self/cgroup says it. @param root  where the groups
/// are mounted: /sys/fs/cgroup. Source: Linux, Documentation/admin-guide/cgroup-v2.rst (memory.max)
/// and cgroup-v1/memory (memory.limit_in_bytes). A group's parents limit it too.
std::optional<double> control_group_memory(const std::string& membership,
                                           const std::filesystem::path& root);

/// Bytes of main memory that a rank on this machine may use: of the machine, or of what its control
/// groups grant, the share of one of the ranks that run on it; no more than the limit of its own
/// address space. Nothing where the system does not say.
std::optional<double> memory_limit();

}  // namespace vrlt
