#pragma once

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

namespace vrlt {

/// Something that control groups share out, and how the folder of a group says how much of it:
/// nothing where it says no limit.
struct ControlledResource {
  using Reader = std::optional<double> (*)(const std::filesystem::path& group);
  const char* controller;  ///< "cpu"
  Reader unified;          ///< Of version 2.
  Reader legacy;           ///< Of version 1.
};

/// The tightest limit of a process's groups and their parents; nothing where none of them limits
/// it.
/// @param membership  of the process, as /proc/self/cgroup says it. @param root  where the groups
/// are mounted: /sys/fs/cgroup. Source: Linux, Documentation/admin-guide/cgroup-v2.rst and
/// cgroup-v1. What a container does not see of its own path is skipped.
std::optional<double> control_group_limit(const ControlledResource& resource,
                                          const std::string& membership,
                                          const std::filesystem::path& root);

/// /proc/self/cgroup; empty where there is none.
std::string control_group_membership();

/// The next number of a stream; nothing for anything else.
std::optional<double> read_number(std::istream& stream);

}  // namespace vrlt
