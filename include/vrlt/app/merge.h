#pragma once

#include <filesystem>
#include <string>

namespace vrlt::app {

/// What `vrlt-data merge` is asked to do.
struct MergeCommand {
  std::filesystem::path base, adapter, output;
  std::string dtype;  ///< "float32", or empty: that of the base.
};

/// Writes the folder of a model with its adapter merged into the weights, and says how much of the
/// adapter they hold. @return the exit code. @throws as model::write_merged_folder().
int run_merge(const MergeCommand& command);

}  // namespace vrlt::app
