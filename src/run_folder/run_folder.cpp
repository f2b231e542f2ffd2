#include "vrlt/run_folder/run_folder.h"

#include <algorithm>

#include "run_folder/config_changes.h"
#include "run_folder/environment.h"
#include "run_folder/run_inputs.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/text.h"

namespace vrlt::run_folder {
namespace fs = std::filesystem;
namespace {

void check_exist(const std::vector<fs::path>& inputs) {
  for (const auto& input : inputs)
    if (!io::exists(input))
      throw MissingInputError(concat(input.string(), ": no such file or folder"));
}

/// Whether anything but the files that open_run_folder writes is there.
bool holds_results(const fs::path& folder) {
  constexpr const char* kOwn[] = {"config.yaml", "config_history.jsonl", "environment.json",
                                  "inputs.json", "command.txt"};
  for (const auto& entry : io::list_folder(folder)) {
    const auto name = entry.filename().string();
    if (entry.extension() != ".tmp" &&
        std::find(std::begin(kOwn), std::end(kOwn), name) == std::end(kOwn))
      return true;
  }
  return false;
}

bool has_content(const fs::path& file) { return io::exists(file) && io::file_size(file) > 0; }

/// What the run recorded; without that, what it reads now, with a warning.
RunInputs recorded_inputs(const fs::path& folder, const RunInputs& now) {
  const auto path = folder / "inputs.json";
  if (!has_content(path)) {
    log::warning(concat(path.string(), io::exists(path) ? " is empty" : " is missing",
                        ": whether the inputs have changed since the run began cannot be told, and "
                        "those of today are recorded; if one has changed, "
                        "stop and start over under another name"));
    return now;
  }
  try {
    return RunInputs::read(path);
  } catch (const DataError& error) {
    throw DataError(
        concat(error.what(),
               "; put a sound copy in its place, or remove it: those of today are recorded then"));
  }
}

void check_unchanged(const fs::path& folder, const RunInputs& recorded, const RunInputs& now,
                     const std::vector<fs::path>& among) {
  const auto change = recorded.change(now, among);
  if (!change.empty())
    throw ConfigError(concat(change, " since the run in ", folder.string(), " began", kWayOut));
}

void append_command(const fs::path& folder, const std::vector<std::string>& arguments) {
  std::string line;
  for (const auto& argument : arguments)
    line += (line.empty() ? "" : " ") + io::shell_word(argument);
  io::FileWriter writer(folder / "command.txt", io::FileWriter::Mode::kAppend);
  writer.write(line + "\n");
  writer.close();
}

}  // namespace

OpenedRun open_run_folder(const fs::path& folder, const RunRecipe& recipe,
                          const command_line::CommandLine& command) {
  check_exist(recipe.inputs);
  const auto config_path = folder / "config.yaml";
  const bool exists = has_content(config_path);
  if (command.resume == command_line::Resume::kNever && exists)
    throw ConfigError(concat(
        folder.string(),
        " already holds a run; choose another name, remove it, or resume it (--resume auto)"));
  if (command.resume == command_line::Resume::kMust && !(exists && holds_results(folder)))
    throw MissingInputError(concat(
        folder.string(), " holds no run to resume (--resume must); start one with --resume auto"));
  io::create_folders(folder);
  OpenedRun opened{io::FolderLock(folder), {}};
  const bool resumes = holds_results(folder);
  if (resumes && !exists)
    throw ConfigError(concat(folder.string(), " holds files without the config.yaml of their run",
                             io::exists(config_path) ? ", which is empty" : "", "; put it back",
                             kWayOut));
  const auto now = RunInputs::describe(recipe.inputs);
  auto inputs = resumes ? recorded_inputs(folder, now) : now;
  if (resumes) {
    opened.changes = config_changes(folder, recipe, inputs);
    check_unchanged(folder, inputs, now, recipe.inputs);
    record_changes(folder, opened.changes);
  } else {
    io::write_file_atomic(folder / "environment.json", describe_environment().dump(2) + "\n");
  }
  io::write_file_atomic(folder / "inputs.json", inputs.to_json().dump(2) + "\n");
  io::write_file_atomic(config_path, recipe.config_yaml);
  append_command(folder, command.arguments);
  return opened;
}

void check_inputs(const fs::path& folder, const std::vector<fs::path>& inputs) {
  check_exist(inputs);
  const auto now = RunInputs::describe(inputs);
  const auto recorded = recorded_inputs(folder, now);
  check_unchanged(folder, recorded, now, inputs);
  for (const auto& input : inputs)
    if (!recorded.names(input) && !recorded.has_content_of(input, now))
      throw ConfigError(concat(input.string(), " is nothing that the run in ", folder.string(),
                               " read; give it what it read, or choose another name"));
}

void require_run_folder(const fs::path& folder) {
  if (!io::is_folder(folder))
    throw DiskError(
        concat(folder.string(), ": the run folder was removed or moved while the run was in it"));
}

}  // namespace vrlt::run_folder
