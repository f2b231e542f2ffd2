#include "trainer/step/step_flops.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

namespace vrlt::trainer {
namespace {

constexpr double kMultiplyAdd = 2.0;
constexpr double kTera = 1e12;

/// Matrices and attention of `tokens` tokens, each of which attends to `context` others.
double tower_flops(const model::ModelShape::Tower& tower, double tokens, double context) {
  const double matrices = kMultiplyAdd * static_cast<double>(tower.per_token_parameters);
  // scores and sums
  const double attention =
      2 * kMultiplyAdd * static_cast<double>(tower.layers * tower.query_width) * context;
  return tokens * (matrices + attention);
}

/// Of the clips or images with these [n, 3] grids; none where undefined.
double grids_flops(const model::ModelShape& shape, const at::Tensor& grid_thw) {
  double flops = 0.0;
  if (!grid_thw.defined()) return flops;
  const auto grids = grid_thw.accessor<int64_t, 2>();
  for (int64_t i = 0; i < grids.size(0); ++i) {
    const double slice = static_cast<double>(grids[i][1] * grids[i][2]);
    flops += vision_flops(shape, static_cast<double>(grids[i][0]) * slice, slice);
  }
  return flops;
}

std::vector<int64_t> lengths_of(const rollout::RolloutGroup& group) {
  std::vector<int64_t> lengths;
  for (const auto& response : group.responses) lengths.push_back(std::ssize(response.ids));
  return lengths;
}

}  // namespace

double vision_flops(const model::ModelShape& shape, double patches, double patches_per_slice) {
  const double full = static_cast<double>(shape.full_attention_layers) /
                      static_cast<double>(std::max<int64_t>(1, shape.vision.layers));
  const double window = std::min(static_cast<double>(shape.window_patches), patches_per_slice);
  return tower_flops(shape.vision, patches, full * patches_per_slice + (1 - full) * window);
}

double prompt_flops(const model::ModelShape& shape, double tokens) {
  return tower_flops(shape.text, tokens, tokens / 2);
}

double response_flops(const model::ModelShape& shape, double tokens, double prompt_tokens) {
  const double projection =
      kMultiplyAdd * static_cast<double>(shape.text.width * shape.vocab_size) * tokens;
  return tower_flops(shape.text, tokens, prompt_tokens + tokens / 2) + projection;
}

double passes_of_update(const settings::TrainConfig& config) {
  return config.lora.is_on() ? kForwardAndInputs : kForwardAndBackward;
}

Passes count_passes(const settings::TrainConfig& config) {
  const bool grpo = !config.is_sft();
  Passes passes{
      .rollout = grpo ? kForward : 0.0,
      .update = passes_of_update(config) * static_cast<double>(grpo ? config.algorithm.passes : 1)};
  if (grpo && config.algorithm.needs_reference()) passes.others += kForward;
  if (grpo && config.algorithm.needs_old_log_probs()) passes.others += kForward;
  // A frozen tower runs once; a trained one in each pass.
  passes.vision =
      config.model.freeze_vision ? kForward : passes.rollout + passes.others + passes.update;
  return passes;
}

StepFlops::StepFlops(const settings::TrainConfig& config, std::optional<Yardstick> yardstick)
    : yardstick_(std::move(yardstick)), passes_(count_passes(config)) {}

void StepFlops::add_rollout(const rollout::RolloutGroup& group, metrics::MetricSet& metrics) const {
  const double vision = group.features_from_cache ? 0.0 : passes_.rollout;
  if (!group.responses.empty())
    add(*group.prompt.inputs, lengths_of(group), vision, passes_.rollout, metrics);
}

void StepFlops::add_training(const rollout::RolloutGroup& group,
                             metrics::MetricSet& metrics) const {
  add(*group.prompt.inputs, lengths_of(group), passes_.vision - passes_.rollout,
      passes_.others + passes_.update, metrics);
}

void StepFlops::add_supervised(const processor::ModelInputs& prompt, int64_t target_length,
                               bool encoded, metrics::MetricSet& metrics) const {
  add(prompt, {&target_length, 1}, encoded ? passes_.vision : 0.0, passes_.update, metrics);
}

void StepFlops::add(const processor::ModelInputs& prompt, std::span<const int64_t> response_lengths,
                    double vision_passes, double passes, metrics::MetricSet& metrics) const {
  if (!yardstick_) return;
  const auto& shape = yardstick_->shape;
  const auto prompt_tokens = static_cast<double>(prompt.input_ids.size(0));
  double flops = prompt_flops(shape, prompt_tokens);
  for (const int64_t length : response_lengths)
    flops += response_flops(shape, static_cast<double>(length), prompt_tokens);
  const double vision =
      grids_flops(shape, prompt.image_grid_thw) + grids_flops(shape, prompt.video_grid_thw);
  metrics.sum("time/model_tflop", (passes * flops + vision_passes * vision) / kTera);
}

void StepFlops::add_utilisation(metrics::MetricSet& metrics) const {
  const double seconds = metrics.value("time/step_seconds", 0.0);
  if (!yardstick_ || seconds <= 0) return;
  metrics.mean("time/model_flop_utilisation", kTera * metrics.value("time/model_tflop", 0.0) /
                                                  (seconds * yardstick_->flops_per_second));
}

}  // namespace vrlt::trainer
