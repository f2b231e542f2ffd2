#include "vrlt/core/usable_processors.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "core/control_groups.h"

namespace vrlt {
namespace fs = std::filesystem;
namespace {

/// "200000 100000" is 2; "max 100000" is no limit.
std::optional<double> read_cpu_max(const fs::path& group) {
  std::ifstream file(group / "cpu.max");
  const auto quota = read_number(file), period = quota ? read_number(file) : quota;
  if (!period || *quota <= 0 || *period <= 0) return {};
  return *quota / *period;
}

/// A quota of -1 is no limit.
std::optional<double> read_cfs_quota(const fs::path& group) {
  std::ifstream quota_file(group / "cpu.cfs_quota_us"), period_file(group / "cpu.cfs_period_us");
  const auto quota = read_number(quota_file), period = read_number(period_file);
  if (!quota || !period || *quota <= 0 || *period <= 0) return {};
  return *quota / *period;
}

std::optional<int64_t> number_of(const char* text) {
  if (text == nullptr) return {};
  const std::string value = text;
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || number < 1) return {};
  return number;
}

}  // namespace

std::optional<double> control_group_processors(const std::string& membership,
                                               const fs::path& root) {
  return control_group_limit({"cpu", read_cpu_max, read_cfs_quota}, membership, root);
}

int64_t ranks_on_this_machine(const EnvironmentLookup& environment) {
  for (const char* name : {"LOCAL_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"})
    if (const auto number = number_of(environment(name))) return *number;
  if (environment("SLURM_CPUS_PER_TASK") != nullptr) return 1;
  // "8", or "8(x2),4": tasks of the nodes of this step, the first of which is as good as any.
  if (environment("SLURM_PROCID") != nullptr)
    if (const auto number = number_of(environment("SLURM_STEP_TASKS_PER_NODE"))) return *number;
  const char* address = environment("MASTER_ADDR");
  const std::string meeting = address == nullptr ? "" : address;
  if (meeting == "localhost" || meeting == "::1" || meeting.rfind("127.", 0) == 0)
    return number_of(environment("WORLD_SIZE")).value_or(1);
  return 1;
}

int64_t allowed_processors() {
  for (size_t size = 1024; size <= (size_t{1} << 20); size *= 2) {
    std::vector<unsigned long> mask(size / (8 * sizeof(unsigned long)));
    auto* set = reinterpret_cast<cpu_set_t*>(mask.data());
    if (::sched_getaffinity(0, size / 8, set) == 0) return std::max(1, CPU_COUNT_S(size / 8, set));
    // EINVAL: the machine has more processors than the mask has room for
    if (errno != EINVAL) break;
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

int64_t fair_threads(int64_t allowed, std::optional<double> granted, int64_t ranks) {
  const double processors =
      std::min(static_cast<double>(allowed), granted.value_or(static_cast<double>(allowed)));
  return std::max<int64_t>(1, static_cast<int64_t>(std::floor(
                                  processors / static_cast<double>(std::max<int64_t>(1, ranks)))));
}

int64_t usable_threads(const EnvironmentLookup& environment) {
  return fair_threads(allowed_processors(),
                      control_group_processors(control_group_membership(), "/sys/fs/cgroup"),
                      ranks_on_this_machine(environment));
}

}  // namespace vrlt
