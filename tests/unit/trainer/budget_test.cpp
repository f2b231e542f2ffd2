#include "vrlt/trainer/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vrlt::trainer {
namespace {

/// One layer each, numbers that are easy to follow.
model::ModelShape shape() {
  return {.text = {.layers = 1,
                   .width = 10,
                   .intermediate = 20,
                   .query_width = 10,
                   .key_width = 5,
                   .parameters = 2000,
                   .per_token_parameters = 1000},
          .vision = {.layers = 1,
                     .width = 4,
                     .intermediate = 8,
                     .query_width = 4,
                     .key_width = 4,
                     .parameters = 500,
                     .per_token_parameters = 100},
          .vocab_size = 100,
          .patches_per_token = 4,
          .patch_values = 1176,
          .full_attention_layers = 1,
          .window_patches = 16};
}

settings::TrainConfig config() {
  settings::TrainConfig config;
  config.prompts_per_step = 2;
  config.micro_batch = 1;
  config.rollout = {.group_size = 4, .max_new_tokens = 10};
  config.video.fps = 1;
  config.video.max_pixels = 28.0 * 28 * 5;  // five tokens a slice
  config.model.freeze_vision = true;
  config.algorithm.objective.kl.coef = 0;
  return config;
}

/// One prompt: 4 slices of 5 vision tokens, and 20 of text.
PromptSizes samples() { return {{.text_tokens = 20, .vision_tokens = 20, .tokens_per_slice = 5}}; }

double flops(const Budget& budget, const std::string& part) {
  for (const auto& work : budget.work)
    if (work.part == part) return work.flops;
  return 0.0;
}

double bytes(const Budget& budget, const std::string& part) {
  for (const auto& memory : budget.memory)
    if (memory.part == part) return memory.bytes;
  return 0.0;
}

TEST(Budget, CountsAStep) {
  const auto budget = estimate_budget(config(), shape(), samples());
  EXPECT_DOUBLE_EQ(budget.prompt_tokens, 40) << "20 of vision, 20 of text";
  EXPECT_EQ(budget.responses, 8);
  EXPECT_EQ(budget.response_tokens, 80);
  // 2 prompts of 80 patches; each 2 * 100 for matrices, 4 * 4 * 20 for attention to the 20 patches
  // of its slice
  EXPECT_DOUBLE_EQ(flops(budget, "vision tower"), 160 * (200 + 320));
  // 80 tokens: 2 * 1000, and 4 * 10 for each of 20 tokens before, on average
  const double prefill = 80 * (2000 + 800);
  EXPECT_DOUBLE_EQ(flops(budget, "prefill"), prefill);
  // 80 tokens: 40 prompt tokens and 5 of their own before, and a projection of 2 * 10 * 100
  const double decoding = 80 * (2000 + 40 * 45 + 2000);
  EXPECT_DOUBLE_EQ(flops(budget, "decoding"), decoding);
  EXPECT_DOUBLE_EQ(flops(budget, "update"), 3 * (prefill + decoding))
      << "each prompt once, however many responses";
  EXPECT_DOUBLE_EQ(flops(budget, "old and reference log-probs"), 0);
}

// rank 2 beside q (10 + 10), v (10 + 5) and up (10 + 20): 130 numbers.
TEST(Budget, OfAnAdapterTrainsItAloneAndNeedsNoReference) {
  auto with = config();
  with.algorithm.objective.kl.coef = 0.1;
  const auto full = estimate_budget(with, shape(), samples());
  with.lora = {.rank = 2, .targets = {"q_proj", "v_proj", "up_proj"}};
  const auto adapter = estimate_budget(with, shape(), samples());
  EXPECT_DOUBLE_EQ(bytes(adapter, "weights"), bytes(full, "weights") + 130 * 4);
  EXPECT_DOUBLE_EQ(bytes(adapter, "gradients"), bytes(full, "gradients") * 130 / 2000);
  EXPECT_DOUBLE_EQ(bytes(adapter, "optimizer"), bytes(full, "optimizer") * 130 / 2000);
  EXPECT_DOUBLE_EQ(bytes(adapter, "reference"), 0);
  EXPECT_GT(bytes(full, "reference"), 0);
  // forward and gradients of inputs, of a decoder with 130 numbers more: 2 * 130 for 160 tokens
  EXPECT_DOUBLE_EQ(flops(adapter, "update"), 2 * (flops(full, "update") / 3 + 160 * 260));
  with.algorithm.reference_sync_every = 1;
  EXPECT_DOUBLE_EQ(bytes(estimate_budget(with, shape(), samples()), "reference"), 130 * 4);
}

TEST(Budget, KnowsWhatTheConfigAddsToIt) {
  auto with = config();
  with.algorithm.objective.kl.coef = 0.1;
  with.algorithm.passes = 2;
  with.model.freeze_vision = false;
  const auto plain = estimate_budget(config(), shape(), samples()),
             more = estimate_budget(with, shape(), samples());
  const double forward = flops(plain, "update") / 3;
  EXPECT_DOUBLE_EQ(flops(more, "old and reference log-probs"), 2 * forward);
  EXPECT_DOUBLE_EQ(flops(more, "update"), 6 * forward);
  EXPECT_DOUBLE_EQ(flops(more, "vision tower"), (1 + 2 + 6) * flops(plain, "vision tower"))
      << "a trained tower runs in every pass";
  auto checkpointed = config();
  checkpointed.model.activation_checkpointing = "blocks";
  EXPECT_DOUBLE_EQ(flops(estimate_budget(checkpointed, shape(), samples()), "update"), 4 * forward)
      << "and once more forward";
  auto supervised = config();
  supervised.trainer = "sft";
  EXPECT_DOUBLE_EQ(flops(estimate_budget(supervised, shape(), samples()), "decoding"), 0);
}

TEST(Budget, TellsMemoryOfARank) {
  const auto budget = estimate_budget(config(), shape(), samples());
  EXPECT_DOUBLE_EQ(bytes(budget, "weights"), 2500 * 4);
  EXPECT_DOUBLE_EQ(bytes(budget, "gradients"), 2000 * (4 + 8))
      << "of a pass and their sum; the tower is frozen";
  EXPECT_DOUBLE_EQ(bytes(budget, "optimizer"), 2000 * 8);
  // two groups of 40 prompt tokens and 4 responses of 10; keys and values of 5
  EXPECT_DOUBLE_EQ(bytes(budget, "keys and values of a rollout"), 2 * 80 * 2 * 5 * 4);
  EXPECT_DOUBLE_EQ(bytes(budget, "pixels of a step"), 2 * 80 * 1176 * 4);
  // one group of 80 tokens: 6 * 10 + 3 * 20 + 2 * 10 + 2 * 5 numbers each
  EXPECT_DOUBLE_EQ(bytes(budget, "activations of a micro-batch"), 80 * 150 * 4);
  EXPECT_DOUBLE_EQ(
      bytes(estimate_budget(config(), shape(), samples(), 2), "keys and values of a rollout"),
      80 * 2 * 5 * 4);
  auto bounded = config();
  bounded.micro_batch = 2;
  EXPECT_DOUBLE_EQ(
      bytes(estimate_budget(bounded, shape(), samples()), "activations of a micro-batch"),
      2 * 80 * 150 * 4);
  bounded.micro_batch_tokens = 159;  // one token short of two groups
  EXPECT_DOUBLE_EQ(
      bytes(estimate_budget(bounded, shape(), samples()), "activations of a micro-batch"),
      80 * 150 * 4);
  bounded.micro_batch_tokens = 10;  // a group is never cut
  EXPECT_DOUBLE_EQ(
      bytes(estimate_budget(bounded, shape(), samples()), "activations of a micro-batch"),
      80 * 150 * 4);
  auto checkpointed = config();
  checkpointed.model.activation_checkpointing = "blocks";
  // of one layer all of the above and its input
  EXPECT_DOUBLE_EQ(
      bytes(estimate_budget(checkpointed, shape(), samples()), "activations of a micro-batch"),
      80 * (150 + 10) * 4);
  auto deep = shape();
  deep.text.layers = 8;
  EXPECT_DOUBLE_EQ(
      bytes(estimate_budget(config(), deep, samples()), "activations of a micro-batch"),
      80 * 8 * 150 * 4);
  EXPECT_DOUBLE_EQ(
      bytes(estimate_budget(checkpointed, deep, samples()), "activations of a micro-batch"),
      80 * (150 + 8 * 10) * 4);
  auto half = config();
  half.model.dtype = "bfloat16";
  EXPECT_DOUBLE_EQ(bytes(estimate_budget(half, shape(), samples()), "optimizer"), 2000 * 12)
      << "and master weights";
}

// Four ranks: a quarter of the optimizer in any mode; a quarter of the sums, of 8 bytes, where they
// are cut too, or half over groups of two.
TEST(Budget, TellsMemoryOfOneRankOfSeveral) {
  auto cut = config();
  EXPECT_DOUBLE_EQ(bytes(estimate_budget(cut, shape(), samples(), 4), "optimizer"), 2000 * 2);
  EXPECT_DOUBLE_EQ(bytes(estimate_budget(cut, shape(), samples(), 4), "gradients"), 2000 * 12);
  cut.distributed.shard = "gradients";
  EXPECT_DOUBLE_EQ(bytes(estimate_budget(cut, shape(), samples(), 4), "optimizer"), 2000 * 2);
  EXPECT_DOUBLE_EQ(bytes(estimate_budget(cut, shape(), samples(), 4), "gradients"), 2000 * 6);
  cut.distributed.shard_ranks = 2;
  EXPECT_DOUBLE_EQ(bytes(estimate_budget(cut, shape(), samples(), 4), "gradients"), 2000 * 8);
}

TEST(Budget, CountsWhatAskingAllSamplesTakes) {
  const AskingPlan plan{.prompts = 6, .responses_each = 4, .max_new_tokens = 10, .batch = 2};
  const auto budget = estimate_asking(plan, shape(), samples());
  EXPECT_EQ(budget.responses, 24);
  EXPECT_EQ(budget.response_tokens, 240);
  // As a rollout of 2 prompts above, three times.
  EXPECT_DOUBLE_EQ(flops(budget, "vision tower"), 3 * 160 * (200 + 320));
  EXPECT_DOUBLE_EQ(flops(budget, "prefill"), 3 * 80 * (2000 + 800));
  EXPECT_DOUBLE_EQ(flops(budget, "decoding"), 3 * 80 * (2000 + 40 * 45 + 2000));
  EXPECT_DOUBLE_EQ(bytes(budget, "weights"), 2500 * 4);
  EXPECT_DOUBLE_EQ(bytes(budget, "keys and values of a batch"), 2 * 80 * 2 * 5 * 4);
  EXPECT_THAT(to_text(budget, {}), testing::HasSubstr("all samples: 6 prompts of about 40 tokens"));
}

TEST(Budget, IsReadByPeople) {
  const auto text =
      to_text(estimate_budget(config(), shape(), samples()), DeviceSpeed{1e12, "as I say"});
  EXPECT_THAT(text, testing::HasSubstr("2 prompts of about 40 tokens"));
  EXPECT_THAT(text, testing::HasSubstr("at least"));
  EXPECT_THAT(text, testing::HasSubstr("at 1 TFLOP/s, as I say"));
  const Budget slow{.ranks = 2, .work = {{"update", 1, 4e12}}};
  EXPECT_THAT(to_text(slow, DeviceSpeed{1e12, ""}),
              testing::HasSubstr("at least 2 s on 2 rank(s)"));
}

TEST(Budget, DeclaredSpeedGoesBeforeMeasuredOne) {
  auto declared = config();
  EXPECT_GT(device_speed(declared).value().flops_per_second, 0);
  declared.model.device = "cuda";  // here or not
  declared.device_tflops = 989;
  EXPECT_EQ(device_speed(declared).value().flops_per_second, 989e12);
}

}  // namespace
}  // namespace vrlt::trainer
