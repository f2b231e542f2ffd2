#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "vrlt/io/json.h"
#include "vrlt/metrics/metric_writer.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/model/group_batch.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

/// A sample and its prompt, ready for the model.
struct LoadedSample {
  int64_t position = 0;  ///< Of the sample in its step.
  const data::Sample* sample = nullptr;
  std::shared_ptr<const processor::ModelInputs> inputs;
};

/// What both trainers share: trained parameters and their optimizer, data order, checkpoints, metrics, the other ranks.
class TrainingRun {
 public:
  /// Restores the newest checkpoint, if any.
  explicit TrainingRun(const TrainingParts& parts);

  int64_t first_step() const { return resumed_step_; }

  /// This rank's samples of a step. An unreadable one is left out, counted once and reported; too many on all ranks are an error.
  std::vector<LoadedSample> load_samples(int64_t step);

  /// Features of the prompts' videos: with gradients if the vision encoder is trained, else the `known` ones, if there are any.
  std::vector<at::Tensor> video_features(std::span<const std::shared_ptr<const processor::ModelInputs>> prompts,
                                         std::vector<at::Tensor> known = {}) const;

  /// Makes gradients and metrics those of all ranks, clips, updates, and tells the norm and the learning rate.
  /// The metrics of all ranks are on rank 0 only. @throws NotFiniteError.
  void optimizer_step(int64_t step, metrics::MetricSet& metrics);

  /// Writes the metrics and shows the one called `shown` as progress, on rank 0.
  void report_step(int64_t step, const metrics::MetricSet& metrics, const std::string& shown);

  /// Saves when the step is due or last, or a stop was asked for; then throws StopRequested.
  /// @param sync_logs  makes further lines of this step durable, as the metrics are: a checkpoint must not outlive them.
  void finish_step(int64_t step, const std::function<void()>& sync_logs);

 private:
  void count_bad_samples(const io::Json& own);
  void resume_from_latest();
  void restore(const std::filesystem::path& folder);
  void save(int64_t step);

  const TrainingParts& parts_;
  optim::NamedTensors trained_;
  optim::AdamW optimizer_;
  data::SampleOrder order_;
  int64_t resumed_step_ = 0;
  std::set<std::string> bad_samples_;             ///< Ids met so far, on any rank.
  std::optional<metrics::MetricWriter> writer_;   ///< On rank 0.
  std::optional<metrics::ProgressBar> progress_;  ///< On rank 0.
};

}  // namespace vrlt::trainer
