#pragma once

#include <filesystem>
#include <string>
#include <vector>

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
  std::string list;                     ///< Name of a table to print.
  std::vector<std::string> arguments;   ///< As typed, for command.txt.
};

/// Makes the folder of a run explain itself: config.yaml, environment.json, command.txt, inputs.json.
/// A folder that already holds a run with another config is refused unless `resume` is kNever and it is empty.
/// @param inputs  files and folders whose hashes are recorded.
/// @throws ConfigError, MissingInputError (kMust without a run), DiskError.
void open_run_folder(const std::filesystem::path& folder, const std::string& config_yaml, const CommandLine& command,
                     const std::vector<std::filesystem::path>& inputs);

}  // namespace vrlt::app
