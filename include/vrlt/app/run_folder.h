#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/io/folder_lock.h"
#include "vrlt/io/json.h"

namespace vrlt::app {

/// Whether a run goes on from what its folder holds.
enum class Resume { kAuto, kNever, kMust };

/// What every program takes.
struct CommandLine {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  Resume resume = Resume::kAuto;
  bool print_config = false;
  bool dry_run = false;
  int64_t ranks = 0;                   ///< Of the run that a dry run is of; 0: as many as were started.
  std::string list;                    ///< Name of a table to print.
  std::vector<std::string> arguments;  ///< As typed, for command.txt.
};

/// What a run is made from.
struct RunRecipe {
  std::string config_yaml;                    ///< As config::to_yaml prints it.
  std::vector<std::filesystem::path> inputs;  ///< Files and folders whose hashes are recorded; a later start may leave out what it does not read.
  std::vector<std::string> free_keys;         ///< Keys and sections that may change between starts: what the folder holds does not depend on them.
};

/// Makes the folder of a run explain itself: config.yaml, environment.json, command.txt, inputs.json.
/// A folder that holds results is refused if its config differs in more than the free keys, or if an input has changed since, so that
/// results of two recipes never mix; the message names the first difference.
/// @return  keeps other processes out of the folder while it lives.
/// @throws ConfigError (also for kNever with a run there, and if another process works in the folder), MissingInputError (an input, or kMust without
/// a run), DiskError.
[[nodiscard]] io::FolderLock open_run_folder(const std::filesystem::path& folder, const RunRecipe& recipe, const CommandLine& command);

/// Compares inputs that a start left out with what was recorded, when it reads them after all.
/// @throws ConfigError if one has changed, MissingInputError.
void check_inputs(const std::filesystem::path& folder, const std::vector<std::filesystem::path>& inputs);

}  // namespace vrlt::app
