#include "vrlt/core/free_memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

namespace vrlt {
namespace {

constexpr int64_t kKilobyte = 1024;

/// The number behind a name such as "MemAvailable:" in a file of /proc, which are kilobytes.
std::optional<int64_t> kilobytes_in(const char* file, const std::string& name) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) return std::atoll(line.c_str() + name.size()) * kKilobyte;
  return {};
}

/// None where it is no number, as "max" for no limit.
std::optional<int64_t> number_in(const std::string& file) {
  std::ifstream stream(file);
  int64_t number = 0;
  return stream >> number ? std::optional(number) : std::nullopt;
}

/// What a limit on this process leaves. @param used  the line of /proc/self/status that counts
/// against it.
std::optional<int64_t> left_of(int resource, const char* used) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return {};
  return static_cast<int64_t>(limit.rlim_cur) - kilobytes_in("/proc/self/status", used).value_or(0);
}

/// What the limits of the control groups leave that this process is in, from the innermost
/// outwards. @param controller  of the line in /proc/self/cgroup: "" for version 2.
std::optional<int64_t> left_of_groups(const std::string& controller, const std::string& root,
                                      const std::string& limit, const std::string& usage) {
  std::ifstream lines("/proc/self/cgroup");
  std::optional<int64_t> least;
  for (std::string line; std::getline(lines, line);) {
    const auto begin = line.find(':'), end = line.find(':', begin + 1);
    if (end == std::string::npos || line.substr(begin + 1, end - begin - 1) != controller) continue;
    for (auto path = line.substr(end + 1);; path.resize(path.rfind('/'))) {
      const auto folder = root + path + (path.ends_with('/') ? "" : "/");
      const auto most = number_in(folder + limit), used = number_in(folder + usage);
      if (most && used)
        least = std::min(*most - *used, least.value_or(std::numeric_limits<int64_t>::max()));
      if (path.rfind('/') == std::string::npos) break;
    }
  }
  return least;
}

}  // namespace

int64_t free_memory() {
  std::optional<int64_t> least;
  for (const auto& bytes : {kilobytes_in("/proc/meminfo", "MemAvailable:"),
                            left_of(RLIMIT_AS, "VmSize:"), left_of(RLIMIT_DATA, "VmData:"),
                            left_of_groups("", "/sys/fs/cgroup", "memory.max", "memory.current"),
                            left_of_groups("memory", "/sys/fs/cgroup/memory",
                                           "memory.limit_in_bytes", "memory.usage_in_bytes")})
    if (bytes) least = std::min(*bytes, least.value_or(*bytes));
  return std::max<int64_t>(0, least.value_or(0));
}

}  // namespace vrlt
