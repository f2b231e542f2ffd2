#pragma once

#include <optional>
#include <span>
#include <vector>

#include "vrlt/forecast/work.h"
#include "vrlt/metrics/metric.h"
#include "vrlt/processor/model_inputs.h"
#include "vrlt/rollout/rollout.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

/// Counts the operations of a step as the metric batch/model_tflop, from the lengths it really had;
/// without effect where there is no yardstick.
class StepFlops {
 public:
  StepFlops(const forecast::PassSettings& settings, std::optional<Yardstick> yardstick);

  /// A prompt that was encoded, unless its features were known, prefilled and answered; nothing for
  /// one without responses.
  void add_rollout(const rollout::RolloutGroup& group, metrics::MetricSet& metrics) const;

  /// What follows: the other log-probs, forward and backward passes.
  void add_training(const rollout::RolloutGroup& group, metrics::MetricSet& metrics) const;

  /// All of supervised fine-tuning. @param encoded  false: the features were known.
  void add_supervised(const processor::ModelInputs& prompt, int64_t target_length, bool encoded,
                      metrics::MetricSet& metrics) const;

  /// Adds time/model_flop_utilisation: the share of what all devices could have computed in
  /// time/step_seconds. On metrics of all ranks.
  void add_utilisation(metrics::MetricSet& metrics) const;

 private:
  void add(const processor::ModelInputs& prompt, std::span<const int64_t> response_lengths,
           double vision_passes, double passes, metrics::MetricSet& metrics) const;

  std::optional<Yardstick> yardstick_;
  forecast::Passes passes_;
};

}  // namespace vrlt::trainer
