#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "run_folder/run_inputs.h"
#include "vrlt/config/load.h"
#include "vrlt/run_folder/run_folder.h"

namespace vrlt::run_folder {

/// How the config of a start differs from that of the run in the folder, which it may go on with:
/// only in keys that the recipe leaves free, in where the run or what it reads lies, and in keys
/// that an older version did not have and that have their default.
/// @param inputs  as the run recorded them; what lies elsewhere now is moved there.
/// @throws ConfigError naming the first key that must not differ, and how to start from the run's
/// weights if it has some.
std::vector<config::Difference> config_changes(const std::filesystem::path& folder,
                                               const RunRecipe& recipe, RunInputs& inputs);

/// Appends a line to config_history.jsonl: when, after which step, and what changed.
void record_changes(const std::filesystem::path& folder,
                    const std::vector<config::Difference>& changes);

}  // namespace vrlt::run_folder
