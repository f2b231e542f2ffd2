#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "vrlt/metrics/metric_writer.h"
#include "vrlt/model/group_batch.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

/// A sample and its prompt, ready for the model.
struct LoadedSample {
  const data::Sample* sample = nullptr;
  std::shared_ptr<const processor::ModelInputs> inputs;
};

/// "name value" of a metric for the progress line, empty if the step has none.
std::string progress_note(const metrics::MetricSet& metrics, const std::string& name);

/// What both trainers share: trained parameters and their optimizer, data order, checkpoints.
class TrainingRun {
 public:
  /// Restores the newest checkpoint, if any.
  explicit TrainingRun(const TrainingParts& parts);

  int64_t first_step() const { return resumed_step_; }

  /// The samples of a step. An unreadable one is left out, counted once and reported; too many of them are an error.
  std::vector<LoadedSample> load_samples(int64_t step);

  /// Features of the prompts' videos: with gradients if the vision encoder is trained, else the `known` ones, if there are any.
  std::vector<at::Tensor> video_features(std::span<const std::shared_ptr<const processor::ModelInputs>> prompts,
                                         std::vector<at::Tensor> known = {}) const;

  /// Clips, updates, and tells the norm and the learning rate. @throws NotFiniteError.
  void optimizer_step(int64_t step, metrics::MetricSet& metrics);

  /// Saves when the step is due or last, or a stop was asked for; then throws StopRequested.
  /// @param sync_logs  makes the lines of this step durable: a checkpoint must not outlive them.
  void finish_step(int64_t step, const std::function<void()>& sync_logs);

 private:
  void restore(const std::filesystem::path& folder);
  void save(int64_t step);

  const TrainingParts& parts_;
  optim::AdamW optimizer_;
  data::SampleOrder order_;
  int64_t resumed_step_ = 0;
  std::set<std::string> bad_samples_;  ///< Ids met so far.
};

}  // namespace vrlt::trainer
