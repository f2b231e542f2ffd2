#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "vrlt/io/json.h"

namespace vrlt::trainer {

/// state.json of a checkpoint: what goes on besides weights and optimizer.
struct SavedState {
  int64_t step = 0;              ///< Steps done.
  int64_t updates = 0;           ///< Optimizer steps done.
  int64_t skipped_in_a_row = 0;  ///< Updates left out since the last one that was made.
  std::set<std::string> bad_samples;
  io::Json trainer = io::Json::object();  ///< What the trainer keeps from step to step.
};

io::Json to_json(const SavedState& state);

/// @param step  that the checkpoint's folder is named after. @param updates_per_step  where an
/// older state does not count updates.
/// @throws DataError naming the field; MissingInputError; DiskError.
SavedState read_state(const std::filesystem::path& checkpoint_folder, int64_t step,
                      int64_t updates_per_step);

}  // namespace vrlt::trainer
