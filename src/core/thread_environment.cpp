#include "core/thread_environment.h"

#include <cstdlib>
#include <filesystem>

#include "vrlt/core/become.h"

// absent in programs without OpenMP
extern "C" void omp_set_num_threads(int) __attribute__((weak));

namespace vrlt {
namespace {

/// A few microseconds: as long as the gaps between the parallel parts of one operation, and nothing
/// beside a time slice.
constexpr const char* kSpinCount = "1000";

const char* look_up(const char* name) { return std::getenv(name); }

}  // namespace

std::vector<std::pair<std::string, std::string>> missing_thread_variables(
    const EnvironmentLookup& environment) {
  std::vector<std::pair<std::string, std::string>> missing;
  if (environment("GOMP_SPINCOUNT") == nullptr && environment("OMP_WAIT_POLICY") == nullptr)
    missing.emplace_back("GOMP_SPINCOUNT", kSpinCount);
  if (environment("OMP_NUM_THREADS") == nullptr)
    missing.emplace_back("OMP_NUM_THREADS", std::to_string(usable_threads(environment)));
  return missing;
}

bool set_thread_variables() {
  const auto missing = missing_thread_variables(look_up);
  bool all_set = true;
  for (const auto& [name, value] : missing)
    all_set = ::setenv(name.c_str(), value.c_str(), 0) == 0 && all_set;
  return !missing.empty() && all_set;
}

void default_thread_environment() {
  if (!set_thread_variables() || omp_set_num_threads == nullptr) return;
  // By its own path, not as /proc/self/exe: the system would list it as "exe".
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) become(program);
}

}  // namespace vrlt
