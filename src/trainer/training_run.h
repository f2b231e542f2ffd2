#pragma once

#include <filesystem>
#include <memory>
#include <span>
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

/// What both trainers share: trained parameters and their optimizer, data order, checkpoints.
class TrainingRun {
 public:
  /// Restores the newest checkpoint, if any.
  explicit TrainingRun(const TrainingParts& parts);

  int64_t first_step() const { return resumed_step_; }

  /// The samples of a step. An unreadable one is left out, counted and reported; too many of them are an error.
  std::vector<LoadedSample> load_samples(int64_t step);

  /// Features of the prompts' videos: with gradients if the vision encoder is trained, else the `known` ones, if there are any.
  std::vector<at::Tensor> video_features(std::span<const std::shared_ptr<const processor::ModelInputs>> prompts,
                                         std::vector<at::Tensor> known = {}) const;

  /// Clips, updates, and tells the norm and the learning rate. @throws NotFiniteError.
  void optimizer_step(int64_t step, metrics::MetricSet& metrics);

  /// Saves when the step is due or last, or a stop was asked for; then throws StopRequested.
  void finish_step(int64_t step);

 private:
  void restore(const std::filesystem::path& folder);
  void save(int64_t step);

  const TrainingParts& parts_;
  optim::AdamW optimizer_;
  data::SampleOrder order_;
  int64_t resumed_step_ = 0;
  int64_t bad_samples_ = 0;
};

}  // namespace vrlt::trainer
