#pragma once

#include <optional>
#include <span>
#include <vector>

#include "vrlt/metrics/metric.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/processor/model_inputs.h"
#include "vrlt/rollout/rollout.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

// Floating-point operations of one forward pass, an addition or a multiplication each; norms,
// activations and softmax are left out. Counts may be fractions: means of many prompts.

/// @param patches_per_slice  of two frames, or of an image: what a patch attends to where there are
/// no windows.
double vision_flops(const model::ModelShape& shape, double patches, double patches_per_slice);

/// Of the decoder over a prompt, causal; no projection to the vocabulary.
double prompt_flops(const model::ModelShape& shape, double tokens);

/// Of the decoder over one response to such a prompt, and of its projection to the vocabulary.
double response_flops(const model::ModelShape& shape, double tokens, double prompt_tokens);

/// Gradients of inputs and of weights cost a forward pass each; beside an adapter weights get none.
constexpr double kForward = 1.0, kForwardAndBackward = 3.0, kForwardAndInputs = 2.0;

/// How many forward passes a step amounts to; a backward pass counts as two. What is computed again
/// to save memory is not work.
struct Passes {
  double vision = 0.0;   ///< Over the clips, in all of the step.
  double rollout = 0.0;  ///< Over prompts and responses, as are the others.
  double others = 0.0;   ///< Old and reference log-probs.
  double update = 0.0;
};
Passes count_passes(const settings::TrainConfig& config);
/// Of one pass of the update.
double passes_of_update(const settings::TrainConfig& config);

/// Counts the operations of a step as the metric batch/model_tflop, from the lengths it really had;
/// without effect where there is no yardstick.
class StepFlops {
 public:
  StepFlops(const settings::TrainConfig& config, std::optional<Yardstick> yardstick);

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
  Passes passes_;
};

}  // namespace vrlt::trainer
