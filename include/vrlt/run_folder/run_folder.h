#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vrlt/command_line/command_line.h"
#include "vrlt/config/load.h"
#include "vrlt/io/folder_lock.h"

namespace vrlt::run_folder {

/// What a run is made from.
struct RunRecipe {
  std::string config_yaml;  ///< As config::to_yaml prints it.
  /// Files and folders whose hashes are recorded; a later start may leave out what it does not
  /// read.
  std::vector<std::filesystem::path> inputs;
  /// Keys and sections that may change between starts: the run means the same with another value.
  std::vector<std::string> free_keys;
  /// An earlier config of such a run as config_yaml prints it, with the defaults of keys that it
  /// lacks.
  std::function<std::string(const std::filesystem::path& config)> complete;
};

/// How a refusal of what a folder holds ends.
inline constexpr const char* kWayOut = "; choose another name, or remove the folder to start over";

struct OpenedRun {
  /// Keeps other processes out of the folder while it lives.
  io::FolderLock lock;
  /// What has changed in the config since the last start.
  std::vector<config::Difference> changes;
};

/// Makes the folder of a run explain itself: config.yaml, environment.json, command.txt (what was
/// typed, for a shell), inputs.json; changes of a run that goes on are recorded in
/// config_history.jsonl. A folder that holds results is refused if its config differs in more than
/// the free keys and where things lie, or if an input has changed since, so that results of two
/// recipes never mix; the message names the first difference.
/// @throws ConfigError (also for kNever with a run there, and if another process works in the
/// folder), MissingInputError (an input, or kMust without a run), DataError (a file of the folder
/// that somebody edited), DiskError.
[[nodiscard]] OpenedRun open_run_folder(const std::filesystem::path& folder,
                                        const RunRecipe& recipe,
                                        const command_line::CommandLine& command);

/// Compares inputs with what the run in a folder recorded: those that a start left out, when it
/// reads them after all, or of a program that only reads the folder.
/// @throws ConfigError if one has changed or is none of the run's, MissingInputError.
void check_inputs(const std::filesystem::path& folder,
                  const std::vector<std::filesystem::path>& inputs);

/// Before something is written below it by name. @throws DiskError if the folder of the run is
/// gone.
void require_run_folder(const std::filesystem::path& folder);

}  // namespace vrlt::run_folder
