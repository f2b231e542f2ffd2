#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "trainer/saved_state.h"
#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/optim/sharded_optimizer.h"

namespace vrlt::trainer {

/// All that a run goes on from, and its way into checkpoints and back: the policy, a reference that
/// moves, the optimizer, and SavedState. Every rank makes the same calls.
class RunState {
 public:
  struct Parts {
    std::filesystem::path run_folder;
    model::VisionLanguageModel& policy;
    /// Null: there is none, or it is the model that the run started from.
    model::VisionLanguageModel* moving_reference = nullptr;
    optim::ShardedOptimizer& optimizer;
    distributed::ProcessGroup& group;
    int64_t updates_per_step = 1;
    int64_t keep = 2;                                     ///< Newest checkpoints that stay.
    int64_t steps = std::numeric_limits<int64_t>::max();  ///< Of the whole run.
    // Which checkpoints hold the optimizer and which are read back, see CheckpointSection.
    std::string optimizer_of = "all", verify = "first";
  };

  /// Says that a SavedState::trainer cannot be gone on from, by throwing DataError or
  /// CheckpointError. @param step  steps done.
  using CheckState = std::function<void(const io::Json& trainer_state, int64_t step)>;

  explicit RunState(Parts parts) : parts_(std::move(parts)) {}

  struct Resumed {
    SavedState state;
    std::filesystem::path folder;  ///< Of the checkpoint.
  };

  /// Restores the newest sound checkpoint; none if there is none. @param check  called on rank 0
  /// last of all before one is taken for sound.
  /// @throws DiskError, DataError; NotFiniteError if its weights are not finite; ConfigError if it
  /// holds weights alone and there are steps to do.
  std::optional<Resumed> resume(const CheckState& check) const;

  /// What may be saved: weights that are finite, and the same on all ranks. @throws NotFiniteError
  /// naming the first bad tensor; DataError.
  void check_weights(int64_t step) const;

  /// Writes the checkpoint of state.step, all ranks together, then removes what is not to be kept.
  /// Its bytes do not depend on the number of ranks. @param best_step  of the checkpoint that stays
  /// whatever is newer. @throws DiskError, on all ranks alike.
  void save(const SavedState& state, std::optional<int64_t> best_step = {});

 private:
  void check_checkpoint(const checkpoint::Checkpoint& checkpoint, const CheckState& check) const;
  std::optional<checkpoint::Checkpoint> latest_checkpoint(const CheckState& check) const;
  SavedState restore(const checkpoint::Checkpoint& checkpoint) const;
  checkpoint::Content content(const SavedState& state) const;
  bool needs_optimizer(int64_t step) const;
  bool reads_back() const;
  void prune(int64_t step, std::optional<int64_t> best_step) const;

  Parts parts_;
  bool has_saved_ = false;
};

}  // namespace vrlt::trainer
