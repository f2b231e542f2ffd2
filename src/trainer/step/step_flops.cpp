#include "trainer/step/step_flops.h"

#include <ATen/core/Tensor.h>

namespace vrlt::trainer {
namespace {

constexpr double kTera = 1e12;

/// Of the clips or images with these [n, 3] grids; none where undefined.
double grids_flops(const model::ModelShape& shape, const at::Tensor& grid_thw) {
  double flops = 0.0;
  if (!grid_thw.defined()) return flops;
  const auto grids = grid_thw.accessor<int64_t, 2>();
  for (int64_t i = 0; i < grids.size(0); ++i) {
    const double slice = static_cast<double>(grids[i][1] * grids[i][2]);
    flops += forecast::vision_flops(shape, static_cast<double>(grids[i][0]) * slice, slice);
  }
  return flops;
}

std::vector<int64_t> lengths_of(const rollout::RolloutGroup& group) {
  std::vector<int64_t> lengths;
  for (const auto& response : group.responses) lengths.push_back(std::ssize(response.ids));
  return lengths;
}

}  // namespace

StepFlops::StepFlops(const forecast::PassSettings& settings, std::optional<Yardstick> yardstick)
    : yardstick_(std::move(yardstick)), passes_(forecast::count_passes(settings)) {}

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
  double flops = forecast::prompt_flops(shape, prompt_tokens);
  for (const int64_t length : response_lengths)
    flops += forecast::response_flops(shape, static_cast<double>(length), prompt_tokens);
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
