#include "run_folder/environment.h"

#include <ATen/Parallel.h>
#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

#include "vrlt/io/folders.h"

namespace vrlt::run_folder {
namespace fs = std::filesystem;
namespace {

/// What stands behind "name :" in the first line that begins so; empty if there is none.
std::string field_of(const fs::path& file, const std::string& name) {
  constexpr const char* kBlank = " \t";
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(name)) continue;
    const auto begin = line.find_first_not_of(kBlank, colon + 1);
    return begin == std::string::npos
               ? std::string()
               : line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin);
  }
  return {};
}

/// Cores that this process may run on: a scheduler or container may have given it some of them
/// only.
int64_t usable_cores() {
  cpu_set_t cores;
  if (::sched_getaffinity(0, sizeof cores, &cores) != 0) return std::thread::hardware_concurrency();
  return CPU_COUNT(&cores);
}

std::string first_line(const fs::path& file) {
  std::ifstream lines(file);
  std::string line;
  std::getline(lines, line);
  return line;
}

}  // namespace

io::Json describe_environment(const fs::path& proc) {
  struct utsname system {};
  ::uname(&system);
  const auto processor = field_of(proc / "cpuinfo", "model name");
  io::Json environment = {
      {"program", "vrlt " VRLT_VERSION},
      {"commit", VRLT_COMMIT},
      {"libtorch", VRLT_TORCH_VERSION},
      {"compiler", __VERSION__},
      {"system", std::string(system.sysname) + " " + system.release + " " + system.machine},
      {"processor", processor.empty() ? system.machine : processor},
      {"cores", std::thread::hardware_concurrency()},
      {"usable_cores", usable_cores()},
      {"threads", at::get_num_threads()}};
  const auto nvidia = proc / "driver/nvidia";
  for (const auto& gpu : io::list_folder(nvidia / "gpus"))
    environment["gpus"].push_back(field_of(gpu / "information", "Model"));
  if (environment.contains("gpus")) environment["driver"] = first_line(nvidia / "version");
  return environment;
}

}  // namespace vrlt::run_folder
