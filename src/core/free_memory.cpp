#include "vrlt/core/free_memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "core/control_groups.h"

namespace vrlt {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kKilobyte = 1024;

/// The number behind a name such as "MemAvailable:" in a file of /proc, which are kilobytes.
std::optional<int64_t> kilobytes_in(const char* file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) return std::atoll(line.c_str() + name.size()) * kKilobyte;
  return {};
}

/// What a limit on this process leaves. @param used  the line of /proc/self/status that counts
/// against it.
std::optional<int64_t> left_of(int resource, const char* used) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return {};
  return static_cast<int64_t>(limit.rlim_cur) - kilobytes_in("/proc/self/status", used).value_or(0);
}

/// What the limit of a group leaves of it; nothing where it says no limit.
std::optional<double> left_of_group(const fs::path& group, const char* limit, const char* usage) {
  std::ifstream limit_file(group / limit), usage_file(group / usage);
  const auto most = read_number(limit_file), used = read_number(usage_file);
  return most && used ? std::optional(*most - *used) : std::nullopt;
}

std::optional<double> left_of_unified(const fs::path& group) {
  return left_of_group(group, "memory.max", "memory.current");
}

std::optional<double> left_of_legacy(const fs::path& group) {
  return left_of_group(group, "memory.limit_in_bytes", "memory.usage_in_bytes");
}

std::optional<int64_t> left_of_groups() {
  const auto left = control_group_limit({"memory", left_of_unified, left_of_legacy},
                                        control_group_membership(), "/sys/fs/cgroup");
  return left ? std::optional(static_cast<int64_t>(*left)) : std::nullopt;
}

}  // namespace

int64_t free_memory() {
  std::optional<int64_t> least;
  for (const auto& bytes :
       {kilobytes_in("/proc/meminfo", "MemAvailable:"), left_of(RLIMIT_AS, "VmSize:"),
        left_of(RLIMIT_DATA, "VmData:"), left_of_groups()})
    if (bytes) least = std::min(*bytes, least.value_or(*bytes));
  return std::max<int64_t>(0, least.value_or(0));
}

}  // namespace vrlt
