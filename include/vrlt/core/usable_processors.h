#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace vrlt {

/// The value of an environment variable, or null.
using EnvironmentLookup = std::function<const char*(const char* name)>;

/// How many processors' time the control groups of a process grant, or nothing where none of them
/// limits it.
/// @param membership  of the process, as /proc/self/cgroup says it. @param root  where the groups
/// are mounted: /sys/fs/cgroup. Source: Linux, Documentation/admin-guide/cgroup-v2.rst (cpu.max)
/// and cgroup-v1/cpu (cpu.cfs_quota_us over cpu.cfs_period_us). A group's parents limit it too.
std::optional<double> control_group_processors(const std::string& membership,
                                               const std::filesystem::path& root);

/// Processors that this process may run on: a scheduler or a container may have given it some of
/// the machine's only.
int64_t allowed_processors();

/// How many ranks of this run share the machine's processors, from what the launcher says; 1
/// without a launcher, and under a batch system that gives each task processors of its own
/// (SLURM_CPUS_PER_TASK).
int64_t ranks_on_this_machine(const EnvironmentLookup& environment);

/// Threads that a process should compute with: whole processors of its share, at least 1.
/// @param allowed  processors it may run on. @param granted  processors' time, if limited.
int64_t fair_threads(int64_t allowed, std::optional<double> granted, int64_t ranks);

/// fair_threads of this process.
int64_t usable_threads(const EnvironmentLookup& environment);

}  // namespace vrlt
