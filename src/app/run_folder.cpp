#include "vrlt/app/run_folder.h"

#include <sys/utsname.h>

#include <algorithm>
#include <thread>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

io::Json environment() {
  struct utsname system {};
  ::uname(&system);
  return {{"program", "vrlt " VRLT_VERSION},
          {"libtorch", VRLT_TORCH_VERSION},
          {"compiler", __VERSION__},
          {"system", std::string(system.sysname) + " " + system.release + " " + system.machine},
          {"cores", std::thread::hardware_concurrency()}};
}

/// Hash and size of each input; of a model folder, of its files.
io::Json describe_inputs(const std::vector<fs::path>& inputs) {
  io::Json described = io::Json::array();
  for (const auto& input : inputs) {
    std::vector<fs::path> files;
    if (fs::is_directory(input)) {
      for (const auto& entry : fs::directory_iterator(input))
        if (entry.is_regular_file()) files.push_back(entry.path());
      std::sort(files.begin(), files.end());
    } else {
      files.push_back(input);
    }
    for (const auto& file : files)
      described.push_back({{"path", file.string()}, {"bytes", fs::file_size(file)}, {"sha256", io::sha256_file(file)}});
  }
  return described;
}

constexpr uint64_t kMaxConfigBytes = 1 << 20;

}  // namespace

void open_run_folder(const fs::path& folder, const std::string& config_yaml, const CommandLine& command, const std::vector<fs::path>& inputs) {
  for (const auto& input : inputs)
    if (!fs::exists(input)) throw MissingInputError(concat(input.string(), ": no such file or folder"));
  const auto config_path = folder / "config.yaml";
  const bool exists = fs::exists(config_path);
  if (command.resume == Resume::kNever && exists)
    throw ConfigError(concat(folder.string(), " already holds a run; choose another name, remove it, or resume it (--resume auto)"));
  if (command.resume == Resume::kMust && !exists) throw MissingInputError(concat(folder.string(), " holds no run to resume"));
  if (exists && io::read_file(config_path, kMaxConfigBytes) != config_yaml)
    throw ConfigError(concat(folder.string(), " holds a run with another config (compare ", config_path.string(),
                             " with --print-config); choose another name or remove the folder"));
  io::create_folders(folder);
  if (!exists) {
    io::write_file_atomic(folder / "environment.json", environment().dump(2) + "\n");
    io::write_file_atomic(folder / "inputs.json", describe_inputs(inputs).dump(2) + "\n");
    io::write_file_atomic(config_path, config_yaml);
  }
  std::string line;
  for (const auto& argument : command.arguments) line += (line.empty() ? "" : " ") + argument;
  io::FileWriter writer(folder / "command.txt", io::FileWriter::Mode::kAppend);
  writer.write(line + "\n");
  writer.close();
}

}  // namespace vrlt::app
