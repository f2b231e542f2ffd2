#include "vrlt/forecast/work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/forecast/small_shape.h"
#include "vrlt/forecast/device.h"

namespace vrlt::forecast {
namespace {

const PoolSizes kPool = pool_sizes({test::small_prompt()});

settings::TrainConfig config() {
  settings::TrainConfig config;
  config.prompts_per_step = 2;
  config.micro_batch = 1;
  config.rollout = {.group_size = 4, .max_new_tokens = 10};
  config.algorithm.objective.kl.coef = 0;
  return config;
}

Work work_of(const settings::TrainConfig& config) {
  auto shape = test::small_shape();
  shape.text.layers = 1;
  return training_work(load_of(config), shape, kPool, {});
}

double flops(const Work& work, const std::string& name) {
  for (const auto& part : work.parts)
    if (part.name == name) return part.flops;
  return 0.0;
}

TEST(Work, CountsAStep) {
  const auto work = work_of(config());
  EXPECT_DOUBLE_EQ(work.prompt_tokens, 40) << "20 of vision, 20 of text";
  EXPECT_EQ(work.responses, 8);
  EXPECT_EQ(work.response_tokens, 80);
  // 2 prompts of 80 patches; each 2 * 100 for matrices, 4 * 4 * 20 for attention to the 20 patches
  // of its slice
  EXPECT_DOUBLE_EQ(flops(work, "vision tower"), 160 * (200 + 320));
  // 80 tokens: 2 * 1000, and 4 * 10 for each of 20 tokens before, on average
  const double prefill = 80 * (2000 + 800);
  EXPECT_DOUBLE_EQ(flops(work, "prefill"), prefill);
  // 80 tokens: 40 prompt tokens and 5 of their own before, and a projection of 2 * 10 * 100
  const double decoding = 80 * (2000 + 40 * 45 + 2000);
  EXPECT_DOUBLE_EQ(flops(work, "decoding"), decoding);
  EXPECT_DOUBLE_EQ(flops(work, "update"), 3 * (prefill + decoding))
      << "each prompt once, however many responses";
  EXPECT_DOUBLE_EQ(flops(work, "old and reference log-probs"), 0);
}

TEST(Work, KnowsWhatTheConfigAddsToIt) {
  auto with = config();
  with.algorithm.objective.kl.coef = 0.1;
  with.algorithm.passes = 2;
  with.model.freeze_vision = false;
  const auto plain = work_of(config()), more = work_of(with);
  const double forward = flops(plain, "update") / 3;
  EXPECT_DOUBLE_EQ(flops(more, "old and reference log-probs"), 2 * forward);
  EXPECT_DOUBLE_EQ(flops(more, "update"), 6 * forward);
  EXPECT_DOUBLE_EQ(flops(more, "vision tower"), (1 + 2 + 6) * flops(plain, "vision tower"))
      << "a trained tower runs in every pass";
  auto checkpointed = config();
  checkpointed.model.activation_checkpointing = "blocks";
  EXPECT_DOUBLE_EQ(flops(work_of(checkpointed), "update"), 4 * forward) << "and once more forward";
  auto supervised = config();
  supervised.trainer = "sft";
  EXPECT_DOUBLE_EQ(flops(work_of(supervised), "decoding"), 0);
  // rank 2 beside q (10 + 10), v (10 + 5) and up (10 + 20): 130 numbers, so 2 * 130 for 160 tokens
  auto adapter = config();
  adapter.lora = {.rank = 2, .targets = {"q_proj", "v_proj", "up_proj"}};
  EXPECT_DOUBLE_EQ(flops(work_of(adapter), "update"), 2 * (forward + 160 * 260))
      << "forward and gradients of inputs";
}

TEST(Work, CountsWhatAskingAllSamplesTakes) {
  auto shape = test::small_shape();
  shape.text.layers = 1;
  const AskingLoad load{.generation = {.group_size = 4, .max_new_tokens = 10}, .prompts = 6};
  const auto work = asking_work(load, shape, kPool, {});
  EXPECT_EQ(work.responses, 24);
  EXPECT_EQ(work.response_tokens, 240);
  // As a rollout of 2 prompts above, three times.
  EXPECT_DOUBLE_EQ(flops(work, "vision tower"), 3 * 160 * (200 + 320));
  EXPECT_DOUBLE_EQ(flops(work, "prefill"), 3 * 80 * (2000 + 800));
  EXPECT_DOUBLE_EQ(flops(work, "decoding"), 3 * 80 * (2000 + 40 * 45 + 2000));
  EXPECT_THAT(to_text(work, {}), testing::HasSubstr("all samples: 6 prompts of about 40 tokens"));
}

TEST(Work, IsReadByPeople) {
  const auto text = to_text(work_of(config()), DeviceSpeed{1e12, "as I say"});
  EXPECT_THAT(text, testing::HasSubstr("2 prompts of about 40 tokens"));
  EXPECT_THAT(text, testing::HasSubstr("at 1 TFLOP/s, as I say"));
  const Work slow{.ranks = 2, .parts = {{"update", 1, 4e12}}};
  EXPECT_THAT(to_text(slow, DeviceSpeed{1e12, ""}),
              testing::HasSubstr("at least 2 s on 2 rank(s)"));
}

TEST(DeviceSpeed, DeclaredOneGoesBeforeMeasuredOne) {
  settings::ModelSection model;
  EXPECT_GT(device_speed(model).value().flops_per_second, 0);
  model.device = "cuda";  // here or not
  EXPECT_EQ(device_speed(model, 989).value().flops_per_second, 989e12);
}

TEST(DeviceBytes, OfTheProcessorAreThoseThatARankMayUse) {
  EXPECT_GT(device_bytes("cpu", 0).value(), 1e8);
}

}  // namespace
}  // namespace vrlt::forecast
