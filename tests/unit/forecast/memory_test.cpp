#include "vrlt/forecast/memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/forecast/small_shape.h"

namespace vrlt::forecast {
namespace {

using ::testing::HasSubstr;

/// On a GPU, where nothing but the model counts: 2 prompts of 40 tokens, 4 responses of 10 each.
TrainingLoad load() {
  return {.numbers = {.on_cpu = false},
          .prompts_per_step = 2,
          .micro_batch = 1,
          .generation = {.group_size = 4, .max_new_tokens = 10}};
}

Memory memory_of(const TrainingLoad& load, const Ranks& ranks = {}) {
  return training_memory(load, test::small_shape(), test::small_prompt(), ranks);
}

TEST(Memory, OfWeightsReferenceAndOptimizer) {
  auto plain = load();
  EXPECT_DOUBLE_EQ(memory_of(plain).of("weights"), 2700 * 4);
  EXPECT_DOUBLE_EQ(memory_of(plain).of("optimizer"), 2200 * 8) << "the tower is frozen";
  EXPECT_DOUBLE_EQ(memory_of(plain).of("reference"), 0);
  plain.passes.has_reference = plain.passes.trains_vision = true;
  EXPECT_DOUBLE_EQ(memory_of(plain).of("reference"), 2700 * 4);
  EXPECT_DOUBLE_EQ(memory_of(plain).of("optimizer"), 2700 * 8);
  plain.numbers.dtype = "bfloat16";
  EXPECT_DOUBLE_EQ(memory_of(plain).of("weights"), 2700 * 2);
  EXPECT_DOUBLE_EQ(memory_of(plain).of("optimizer"), 2700 * 12) << "and master weights";
}

// rank 2 beside q (10 + 10), v (10 + 5) and up (10 + 20): 130 numbers in each of two layers.
TEST(Memory, OfAnAdapterIsThatOfItsFactorsAndNeedsNoReference) {
  auto adapter = load();
  adapter.passes.has_reference = adapter.passes.trains_adapter = true;
  adapter.lora = {.rank = 2, .targets = {"q_proj", "v_proj", "up_proj"}};
  EXPECT_DOUBLE_EQ(memory_of(adapter).of("weights"), 2700 * 4);
  EXPECT_DOUBLE_EQ(memory_of(adapter).of("adapter"), 260 * 4);
  EXPECT_DOUBLE_EQ(memory_of(adapter).of("optimizer"), 260 * 8);
  EXPECT_DOUBLE_EQ(memory_of(adapter).of("reference"), 0);
  adapter.reference_moves = true;
  EXPECT_DOUBLE_EQ(memory_of(adapter).of("reference"), 260 * 4);
}

// Four ranks: a quarter of the optimizer in any mode; a quarter of the sums, of 8 bytes, where they
// are cut too, or half over groups of two. A rank has several passes: sums stand from the first on.
TEST(Memory, OfOneRankOfSeveral) {
  const auto sums = [](const TrainingLoad& load) {
    auto shape = test::small_shape();
    shape.text.kept = shape.text.backward = {};  // nothing but sums
    return training_memory(load, shape, {}, {.all = 4}).of("sums of gradients");
  };
  auto cut = load();
  cut.prompts_per_step = 16;
  EXPECT_DOUBLE_EQ(memory_of(cut, {.all = 4}).of("optimizer"), 2200 * 2);
  EXPECT_DOUBLE_EQ(sums(cut), 2200 * 8);
  cut.sharding.shard = "gradients";
  EXPECT_DOUBLE_EQ(memory_of(cut, {.all = 4}).of("optimizer"), 2200 * 2);
  EXPECT_DOUBLE_EQ(sums(cut), 2200 * 2);
  cut.sharding.shard_ranks = 2;
  EXPECT_DOUBLE_EQ(sums(cut), 2200 * 4);
  cut.numbers.dtype = "bfloat16";
  EXPECT_DOUBLE_EQ(sums(cut), 2200 * 2) << "of float32";
}

// 1200 parameters of layers, cut by four, and two layers whole; all of them in a rollout.
TEST(Memory, OfLayersThatAreCutOverRanks) {
  auto cut = load();
  cut.sharding.shard = "parameters";
  cut.checkpoints_blocks = true;
  const auto memory = memory_of(cut, {.all = 4});
  for (const auto& part : memory.parts)
    if (std::string(part.name) == "weights") {
      EXPECT_DOUBLE_EQ(part.update, (1500 + 300 + 2 * 600) * 4);
      EXPECT_DOUBLE_EQ(part.rollout, (1500 + 300 + 1200) * 4);
    }
}

// Two groups of 40 prompt tokens and 4 responses with room for 16; keys and values of 5 in two
// layers, 4 bytes each.
TEST(Memory, OfKeysAndValuesFollowsTheRoomThatIsThere) {
  constexpr double kOfGroup = 2 * 2 * 5 * 4.0 * (40 + 4 * 16);
  auto cached = load();
  EXPECT_DOUBLE_EQ(memory_of(cached).of("keys and values"), 2 * kOfGroup);
  EXPECT_DOUBLE_EQ(memory_of(cached, {.all = 2}).of("keys and values"), kOfGroup);
  const auto all = memory_of(cached);
  const auto tokens = [&](double device) {
    return cache_tokens(cached, test::small_shape(), test::small_prompt(), {}, device);
  };
  EXPECT_EQ(tokens(all.rollout()), 2 * (40 + 4 * 16)) << "what is needed is left";
  EXPECT_EQ(tokens(all.rollout() - kOfGroup), 40 + 4 * 16);
  EXPECT_EQ(tokens(1.0), 1) << "at least one group is answered, whatever becomes of it";
  EXPECT_EQ(cache_tokens(cached, test::small_shape(), test::small_prompt(), {}, {}), 0)
      << "no device is known: no bound";
  EXPECT_DOUBLE_EQ(training_memory(cached, test::small_shape(), test::small_prompt(), {},
                                   all.rollout() - kOfGroup)
                       .of("keys and values"),
                   kOfGroup);
  cached.generation.cache_gigabytes = 2 * 2 * 5 * 4 * 150.5e-9;
  EXPECT_EQ(tokens(1.0), 150) << "as the config says";
}

/// What an update keeps for its backward pass.
double activations(TrainingLoad load, int64_t prompts) {
  load.micro_batch = prompts;
  auto shape = test::small_shape();
  shape.text.backward.own = 10000000;  // so that the moment is within the pass
  return training_memory(load, shape, test::small_prompt(), {}).of("activations");
}

// A group is 40 + 4 * 10 tokens. Each: its embedding twice, and in two layers 150 numbers of the
// model's type and 22 of float32, or 10 where layers are computed again.
TEST(Memory, OfActivationsFollowsTokensOfAPass) {
  auto plain = load();
  EXPECT_DOUBLE_EQ(activations(plain, 1), 80 * (20 + 2 * 172) * 4);
  EXPECT_DOUBLE_EQ(activations(plain, 2), 2 * 80 * (20 + 2 * 172) * 4);
  plain.micro_batch_tokens = 159;  // one token short of two groups
  EXPECT_DOUBLE_EQ(activations(plain, 2), 80 * (20 + 2 * 172) * 4);
  plain.micro_batch_tokens = 10;  // a group is never cut
  EXPECT_DOUBLE_EQ(activations(plain, 2), 80 * (20 + 2 * 172) * 4);
  plain.numbers.dtype = "bfloat16";
  EXPECT_DOUBLE_EQ(activations(plain, 1), 80 * (20 * 2 + 2 * (150 * 2 + 22 * 4)));
  plain.checkpoints_blocks = true;
  EXPECT_DOUBLE_EQ(activations(plain, 1), 80 * (20 + 2 * 10) * 2);
}

TEST(Memory, OfSupervisedTrainingHasNoRollout) {
  auto supervised = load();
  supervised.passes.supervised = true;
  const auto memory = memory_of(supervised);
  EXPECT_FALSE(memory.has_rollout);
  EXPECT_EQ(memory.of("keys and values"), 0);
  EXPECT_EQ(memory.peak(), memory.update());
}

TEST(Memory, CheckpointsAreNeededWhereAllElseDoesNotFit) {
  const auto decide = [](double bytes) {
    return needs_checkpoints(load(), test::small_shape(), test::small_prompt(), {}, bytes);
  };
  const double peak = memory_of(load()).peak();
  EXPECT_FALSE(decide(peak));
  EXPECT_TRUE(decide(peak - 1));
  EXPECT_FALSE(needs_checkpoints(load(), test::small_shape(), test::small_prompt(), {}, {}))
      << "no device is known";
}

TEST(Memory, OfAPoolIsThatOfABatch) {
  const AskingLoad asking{.numbers = {.on_cpu = false},
                          .generation = {.group_size = 4, .max_new_tokens = 10},
                          .prompts = 6,
                          .batch = 2};
  const auto memory = asking_memory(asking, test::small_shape(), test::small_prompt(), {.all = 1});
  EXPECT_DOUBLE_EQ(memory.of("weights"), 2700 * 4);
  EXPECT_DOUBLE_EQ(memory.of("optimizer"), 0);
  EXPECT_DOUBLE_EQ(memory.of("keys and values"), 2 * 2 * 2 * 5 * 4.0 * (40 + 4 * 16));
  EXPECT_EQ(memory.peak(), memory.rollout());
}

TEST(Memory, IsReadByPeople) {
  const Memory memory{
      .parts = {{"weights", 8e9, 8e9}, {"keys and values", 4e9, 0}, {"activations", 0, 6.5e9}},
      .moment = "within a backward pass"};
  const auto text = to_text(memory, 16e9);
  EXPECT_THAT(text, HasSubstr("weights                                   8            8"));
  EXPECT_THAT(text, HasSubstr("keys and values                           4            -"));
  EXPECT_THAT(text, HasSubstr("together                                 12         14.5"));
  EXPECT_THAT(text, HasSubstr("fits 16 GB: 1.5 GB are left"));
  EXPECT_THAT(to_text(memory, 14e9),
              HasSubstr("does not fit 14 GB: 0.5 GB too much within a backward pass"));
  EXPECT_THAT(to_text(memory, {}), HasSubstr("--card 80GB"));
}

}  // namespace
}  // namespace vrlt::forecast
