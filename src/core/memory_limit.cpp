#include "vrlt/core/memory_limit.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "core/control_groups.h"
#include "vrlt/core/usable_processors.h"

namespace vrlt {
namespace fs = std::filesystem;
namespace {

/// "max" is no limit.
std::optional<double> read_memory_max(const fs::path& group) {
  std::ifstream file(group / "memory.max");
  return read_number(file);
}

/// No limit is the largest number of whole pages.
std::optional<double> read_limit_in_bytes(const fs::path& group) {
  constexpr double kNoLimit = 9e18;
  std::ifstream file(group / "memory.limit_in_bytes");
  const auto bytes = read_number(file);
  return bytes && *bytes < kNoLimit ? bytes : std::nullopt;
}

std::optional<double> memory_of_machine() {
  const auto pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || size <= 0) return {};
  return static_cast<double>(pages) * static_cast<double>(size);
}

std::optional<double> address_space() {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return {};
  return static_cast<double>(limit.rlim_cur);
}

/// The smaller of two, where both are known.
std::optional<double> smaller(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

std::optional<double> control_group_memory(const std::string& membership, const fs::path& root) {
  return control_group_limit({"memory", read_memory_max, read_limit_in_bytes}, membership, root);
}

std::optional<double> memory_limit() {
  auto bytes = smaller(memory_of_machine(),
                       control_group_memory(control_group_membership(), "/sys/fs/cgroup"));
  const auto ranks = ranks_on_this_machine([](const char* name) { return std::getenv(name); });
  if (bytes) *bytes /= static_cast<double>(std::max<int64_t>(1, ranks));
  return smaller(bytes, address_space());
}

}  // namespace vrlt
