#include "trainer/step/step_flops.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

namespace vrlt::trainer {
namespace {

/// One decoder layer and two of vision, one of them with windows of 16 patches.
model::ModelShape shape() {
  return {.text = {.layers = 1, .width = 10, .query_width = 10, .per_token_parameters = 1000},
          .vision = {.layers = 2, .width = 4, .query_width = 4, .per_token_parameters = 100},
          .vocab_size = 100,
          .full_attention_layers = 1,
          .window_patches = 16};
}

/// 30 tokens, of which a clip of 2 slices with 4 x 8 patches, and an image of 2 x 4.
std::shared_ptr<const processor::ModelInputs> prompt() {
  auto inputs = std::make_shared<processor::ModelInputs>();
  inputs->input_ids = at::zeros({30}, at::kLong);
  inputs->video_grid_thw = at::tensor({2, 4, 8}, at::kLong).view({1, 3});
  inputs->image_grid_thw = at::tensor({1, 2, 4}, at::kLong).view({1, 3});
  return inputs;
}

/// Operations of a forward pass over it: 64 patches see 32 in one layer and 16 in the other, 24 on
/// average; 8 patches see all 8. 4 * 2 * 4 operations for each pair, 2 * 100 for the matrices.
constexpr double kVision = 64 * (200 + 32 * 24) + 8 * (200 + 32 * 8);
/// 30 tokens see 15 on average: 4 * 10 for each pair, 2 * 1000 for the matrices.
constexpr double kPrompt = 30 * (2000 + 40 * 15);
/// Responses of 6 and 2 tokens see the prompt and half of themselves, and are projected by 2 * 10 *
/// 100.
constexpr double kResponses = 6 * (2000 + 40 * 33 + 2000) + 2 * (2000 + 40 * 31 + 2000);

rollout::RolloutGroup group() {
  rollout::RolloutGroup group{.prompt = {.inputs = prompt()}};
  group.responses = {{.ids = std::vector<int64_t>(6)}, {.ids = std::vector<int64_t>(2)}};
  return group;
}

const Yardstick kYardstick{shape(), 1e6};

double counted(const metrics::MetricSet& metrics) {
  return 1e12 * metrics.value("time/model_tflop", 0.0);
}

settings::TrainConfig grpo(bool freeze_vision) {
  settings::TrainConfig config;
  config.algorithm.objective.kl.coef = 0;
  config.model.freeze_vision = freeze_vision;
  return config;
}

TEST(StepFlops, CountsWhatAGroupTakes) {
  const StepFlops frozen(forecast::pass_settings_of(grpo(true)), kYardstick),
      trained(forecast::pass_settings_of(grpo(false)), kYardstick);
  metrics::MetricSet rollout, update;
  frozen.add_rollout(group(), rollout);
  EXPECT_NEAR(counted(rollout), kVision + kPrompt + kResponses, 1e-3);
  frozen.add_training(group(), update);
  EXPECT_NEAR(counted(update), 3 * (kPrompt + kResponses), 1e-3)
      << "forward and backward; the features are those of the rollout";
  trained.add_training(group(), update);
  EXPECT_NEAR(counted(update), 3 * (kVision + 2 * (kPrompt + kResponses)), 1e-3);
  auto known = group();
  known.features_from_cache = true;
  frozen.add_rollout(known, rollout);
  EXPECT_NEAR(counted(rollout), kVision + 2 * (kPrompt + kResponses), 1e-3)
      << "the encoder did not run again";
  frozen.add_rollout({.prompt = {.inputs = prompt()}}, update);
  EXPECT_NEAR(counted(update), 3 * (kVision + 2 * (kPrompt + kResponses)), 1e-3)
      << "without responses nothing ran";
}

TEST(StepFlops, AnchorsAndPassesAreWork) {
  auto config = grpo(false);
  config.algorithm.objective.kl.coef = 0.1;
  config.algorithm.passes = 2;  // and so the old log-probs are of an earlier policy
  metrics::MetricSet metrics;
  StepFlops(forecast::pass_settings_of(config), kYardstick).add_training(group(), metrics);
  EXPECT_NEAR(counted(metrics), (2 + 6) * (kVision + kPrompt + kResponses), 1e-3);
}

TEST(StepFlops, SupervisedTrainingHasNoRollout) {
  auto config = grpo(true);
  config.trainer = "sft";
  metrics::MetricSet metrics;
  const StepFlops flops(forecast::pass_settings_of(config), kYardstick);
  flops.add_supervised(*prompt(), 6, /*encoded=*/true, metrics);
  flops.add_supervised(*prompt(), 2, /*encoded=*/false, metrics);
  EXPECT_NEAR(counted(metrics), kVision + 3 * (2 * kPrompt + kResponses), 1e-3);
}

TEST(StepFlops, UtilisationIsTheShareOfThePeak) {
  const auto settings = forecast::pass_settings_of(grpo(true));
  const StepFlops meter(settings, kYardstick), blind(settings, std::nullopt);
  metrics::MetricSet metrics;
  metrics.sum("time/model_tflop", 3e-6);  // 3e6 operations in 12 s, at a peak of 1e6 per second
  metrics.mean("time/step_seconds", 12);
  blind.add_utilisation(metrics);
  EXPECT_EQ(metrics.value("time/model_flop_utilisation", -1), -1);
  meter.add_utilisation(metrics);
  EXPECT_DOUBLE_EQ(metrics.value("time/model_flop_utilisation", -1), 0.25);
  metrics::MetricSet nothing;
  blind.add_rollout(group(), nothing);
  EXPECT_TRUE(nothing.values().empty());
}

}  // namespace
}  // namespace vrlt::trainer
