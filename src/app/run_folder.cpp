#include "vrlt/app/run_folder.h"

#include <sys/utsname.h>

#include <algorithm>
#include <thread>

#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
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

void check_exist(const std::vector<fs::path>& inputs) {
  for (const auto& input : inputs)
    if (!fs::exists(input)) throw MissingInputError(concat(input.string(), ": no such file or folder"));
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
    for (const auto& file : files) described.push_back({{"path", file.string()}, {"bytes", fs::file_size(file)}, {"sha256", io::sha256_file(file)}});
  }
  return described;
}

/// Whether anything but the files that open_run_folder writes is there.
bool holds_results(const fs::path& folder) {
  constexpr const char* kOwn[] = {"config.yaml", "environment.json", "inputs.json", "command.txt"};
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (entry.path().extension() != ".tmp" && std::find(std::begin(kOwn), std::end(kOwn), name) == std::end(kOwn)) return true;
  }
  return false;
}

bool is_free(const std::string& key, const std::vector<std::string>& free_keys) {
  return std::any_of(free_keys.begin(), free_keys.end(), [&](const auto& free) { return key == free || key.rfind(free + ".", 0) == 0; });
}

constexpr const char* kWayOut = "; choose another name, or remove the folder to start over";

void check_config(const fs::path& folder, const RunRecipe& recipe) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  const auto path = folder / "config.yaml";
  std::vector<config::Difference> found;
  try {
    found = config::differences(io::read_file(path, kMaxConfigBytes), recipe.config_yaml);
  } catch (const ConfigError& error) {
    throw ConfigError(concat(path.string(), ": ", error.what()));
  }
  std::erase_if(found, [&](const auto& difference) { return is_free(difference.key, recipe.free_keys); });
  if (found.empty()) return;
  const auto& first = found.front();
  throw ConfigError(concat(folder.string(), " holds a run with another config: ", first.key, " is ", first.before.value_or("not set"), " there and ",
                           first.after.value_or("not set"), " now", found.size() > 1 ? concat(" (and ", found.size() - 1, " more keys)") : "",
                           kWayOut));
}

bool is_of(const io::Json& described, const std::vector<fs::path>& inputs) {
  const fs::path path = described.at("path").get<std::string>();
  return std::any_of(inputs.begin(), inputs.end(),
                     [&](const auto& input) { return path == input || path.parent_path() == (input / "file").parent_path(); });
}

/// An input that is there twice is compared; one that was added to a model folder since is not missed.
void compare_inputs(const fs::path& folder, const io::Json& now, const std::vector<fs::path>& among) {
  const auto path = folder / "inputs.json";
  try {
    for (const auto& before : io::read_json(path)) {
      if (!is_of(before, among)) continue;
      const auto same_path = [&](const auto& input) { return input.at("path") == before.at("path"); };
      const auto found = std::find_if(now.begin(), now.end(), same_path);
      if (found != now.end() && *found == before) continue;
      throw ConfigError(concat(before.at("path").template get<std::string>(), found == now.end() ? " is gone" : " has changed", " since the run in ",
                               folder.string(), " began", kWayOut));
    }
  } catch (const nlohmann::json::exception& error) {
    throw DataError(concat(path.string(), ": ", error.what()));
  }
}

}  // namespace

io::FolderLock open_run_folder(const fs::path& folder, const RunRecipe& recipe, const CommandLine& command) {
  check_exist(recipe.inputs);
  const auto config_path = folder / "config.yaml";
  const bool exists = fs::exists(config_path);
  if (command.resume == Resume::kNever && exists)
    throw ConfigError(concat(folder.string(), " already holds a run; choose another name, remove it, or resume it (--resume auto)"));
  if (command.resume == Resume::kMust && !exists)
    throw MissingInputError(concat(folder.string(), " holds no run to resume (--resume must); start one with --resume auto"));
  io::create_folders(folder);
  io::FolderLock lock(folder);
  const bool resumes = holds_results(folder);
  if (resumes && !exists) throw ConfigError(concat(folder.string(), " holds files without the config.yaml of their run", kWayOut));
  if (resumes) check_config(folder, recipe);
  const auto inputs = describe_inputs(recipe.inputs);
  if (resumes) compare_inputs(folder, inputs, recipe.inputs);
  if (!resumes) {
    io::write_file_atomic(folder / "environment.json", environment().dump(2) + "\n");
    io::write_file_atomic(folder / "inputs.json", inputs.dump(2) + "\n");
  }
  io::write_file_atomic(config_path, recipe.config_yaml);
  std::string line;
  for (const auto& argument : command.arguments) line += (line.empty() ? "" : " ") + argument;
  io::FileWriter writer(folder / "command.txt", io::FileWriter::Mode::kAppend);
  writer.write(line + "\n");
  writer.close();
  return lock;
}

void check_inputs(const fs::path& folder, const std::vector<fs::path>& inputs) {
  check_exist(inputs);
  compare_inputs(folder, describe_inputs(inputs), inputs);
}

}  // namespace vrlt::app
