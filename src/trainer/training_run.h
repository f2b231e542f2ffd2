#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "trainer/run_state.h"
#include "trainer/step/step_flops.h"
#include "trainer/streams/prompt_stream.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/io/json.h"
#include "vrlt/metrics/metric_writer.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/model/group_batch.h"
#include "vrlt/optim/gradient_sum.h"
#include "vrlt/optim/schedule.h"
#include "vrlt/optim/sharded_optimizer.h"
#include "vrlt/optim/step_policy.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

/// A sample and its prompt, ready for the model.
struct LoadedSample {
  int64_t position = 0;  ///< See DrawnPrompt.
  const data::Sample* sample = nullptr;
  std::shared_ptr<const processor::ModelInputs> inputs;
};

/// What a step ends in besides what is due by its number.
struct StepEnd {
  bool save = false;     ///< A checkpoint.
  bool is_last = false;  ///< The run ends with it.
  bool lacks = false;    ///< A stop cut off what belongs to it: the run is not done.
};

/// What both trainers share: trained parameters and their optimizer, loading, checkpoints, metrics,
/// the other ranks.
class TrainingRun {
 public:
  /// Restores the newest sound checkpoint, if any. What an earlier start without one left is set
  /// aside. @param updates_per_step  optimizer steps in each step. @param check  of
  /// trainer_state(), see RunState.
  explicit TrainingRun(const TrainingParts& parts, int64_t updates_per_step = 1,
                       const RunState::CheckState& check = {});

  int64_t first_step() const { return resumed_step_; }

  /// This rank's share of the prompts, by estimated tokens. An unreadable one is left out, counted
  /// once and reported; too many on all ranks are an error.
  /// @param coming  what is probably loaded next: read in the background while the model works.
  std::vector<LoadedSample> load_samples(const std::vector<DrawnPrompt>& prompts,
                                         const std::vector<DrawnPrompt>& coming = {});

  /// Takes the gradients of each backward pass until optimizer_step.
  optim::GradientSum& gradients() { return optimizer_.gradients(); }

  /// Makes gradients and metrics those of all ranks, clips, updates, and tells the norm and the
  /// learning rate. Gradients that are not finite are left out: parameters, optimizer and schedule
  /// stay as they are; false then.
  /// @throws NotFiniteError when that happens more than optim.max_skipped_updates times in a row,
  /// or when the weights are not finite either: it names the first bad tensor.
  bool optimizer_step(metrics::MetricSet& metrics);

  /// In place of optimizer_step() where no rank has a token to learn from: nothing moves, neither
  /// weights nor schedule. It is counted.
  void skip_update(metrics::MetricSet& metrics);

  /// Updates that were made, over the whole run.
  int64_t updates_done() const { return updates_done_; }

  /// Makes metrics those of all ranks; on rank 0 only.
  void gather_metrics(metrics::MetricSet& metrics) const;

  /// What the trainer keeps from step to step; saved and restored with each checkpoint.
  io::Json& trainer_state() { return trainer_state_; }

  /// Adds the utilisation, writes the metrics and shows the one called `shown` as progress, on rank
  /// 0.
  void report_step(int64_t step, metrics::MetricSet& metrics, const std::string& shown);

  /// Whether a stop was asked for on any rank. All ranks ask at the same time.
  bool stop_asked() { return parts_.group.any(stop_requested()); }

  /// Gives up a step that has not changed the weights yet: saves the one before, if that is not
  /// done, and throws StopRequested.
  [[noreturn]] void stop_before(int64_t step, const std::function<void()>& sync_logs);

  /// Writes metrics that are not of a step but of the policy behind it, on rank 0.
  void write_metrics(int64_t steps_done, const metrics::MetricSet& metrics);

  /// The checkpoint of this step stays from now on, whatever is newer; 0: none.
  void keep_checkpoint(int64_t step) { kept_step_ = step > 0 ? std::optional(step) : std::nullopt; }

  /// Saves when the step is due or last, or a stop was asked for; then throws StopRequested.
  /// @throws NotFiniteError naming the first bad tensor where weights are not finite: they are
  /// never saved.
  /// @param sync_logs  makes further lines of this step durable, as the metrics are: a checkpoint
  /// must not outlive them.
  void finish_step(int64_t step, const std::function<void()>& sync_logs, const StepEnd& end = {});

 private:
  std::vector<DrawnPrompt> own_share(const std::vector<DrawnPrompt>& prompts) const;
  /// Begins to read the clips of this rank's share.
  void prefetch(const std::vector<DrawnPrompt>& prompts, const std::vector<DrawnPrompt>& coming);
  /// @param own  of this rank: id, and why it cannot be read.
  void count_bad_samples(const std::map<std::string, std::string>& own);
  /// @param which  of the bad samples, for the error. @throws DataError if there are too many.
  void refuse_too_many(const std::string& which) const;
  void refuse_nothing(const std::vector<DrawnPrompt>& prompts);
  void resume(const RunState::CheckState& check);
  void go_on_from(SavedState state);
  void record_update(bool made, metrics::MetricSet& metrics) const;
  void save(int64_t step, const std::function<void()>& sync_logs);
  /// What the last checkpoint is, for a program that is ended at once.
  void note_saved(int64_t step);

  const TrainingParts& parts_;
  optim::ShardedOptimizer optimizer_;
  optim::Schedule schedule_;
  optim::StepPolicy step_policy_;
  RunState state_;
  StepFlops flops_;
  int64_t resumed_step_ = 0, saved_step_ = 0, updates_done_ = 0;
  std::optional<int64_t> kept_step_;
  io::Json trainer_state_ = io::Json::object();
  std::set<std::string> bad_samples_;  ///< Ids met so far, on any rank.
  int64_t drawn_ = 0;                  ///< Prompts since the start of the program.
  bool found_readable_ = false;        ///< Whether one of them could be read.
  StopScope stop_scope_{"no checkpoint was written yet"};
  std::optional<metrics::MetricWriter> writer_;   ///< On rank 0.
  std::optional<metrics::ProgressBar> progress_;  ///< On rank 0.
};

}  // namespace vrlt::trainer
