#include "run_folder/environment.h"

#include <ATen/Parallel.h>
#include <sys/utsname.h>

#include <string>
#include <thread>

#include "vrlt/core/lines.h"
#include "vrlt/core/usable_processors.h"
#include "vrlt/io/folders.h"

namespace vrlt::run_folder {
namespace fs = std::filesystem;

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
      {"usable_cores", allowed_processors()},
      {"threads", at::get_num_threads()}};
  const auto nvidia = proc / "driver/nvidia";
  for (const auto& gpu : io::list_folder(nvidia / "gpus"))
    environment["gpus"].push_back(field_of(gpu / "information", "Model"));
  if (environment.contains("gpus")) environment["driver"] = first_line_of(nvidia / "version");
  return environment;
}

}  // namespace vrlt::run_folder
