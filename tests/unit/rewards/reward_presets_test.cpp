// The composition of docs/spec/rewards.md#presets.
#include "vrlt/rewards/reward_presets.h"

#include <gtest/gtest.h>

#include "tests/support/score_one.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::rewards {
namespace {

std::string text_of(const std::vector<RewardTerm>& terms) {
  std::string text;
  for (const auto& term : terms)
    text += term.name + "=" + std::to_string(term.weight).substr(0, 4) + " ";
  return text;
}

}  // namespace

TEST(RewardPresets, AreSumsOfKnownRewards) {
  ASSERT_FALSE(reward_presets().empty());
  for (const auto& preset : reward_presets()) {
    EXPECT_FALSE(preset.terms.empty()) << preset.name;
    for (const auto& term : preset.terms) EXPECT_NO_THROW(find_reward(term.name)) << preset.name;
    EXPECT_ANY_THROW(find_reward(preset.name)) << "a preset and a reward have one name";
  }
}

TEST(ExpandPresets, WeightsMultiplyAndRewardsNamedTwiceAddUp) {
  EXPECT_EQ(text_of(expand_presets({{"seed_tvg", 2.0}, {"choice", 1.0}})),
            "temporal_iou_seed=1.00 format_seed_tvg=1.00 choice=1.00 ");
  EXPECT_EQ(text_of(expand_presets({{"format", 0.25}, {"temporal_rlt", 1.0}})),
            "format=1.25 choice=1.00 temporal_iou=1.00 grounded_qa=1.00 ");
}

// temporal_rlt, docs/spec/rewards.md#presets: task accuracy 1 and format 1, whatever the task.
TEST(TemporalRltPreset, IsTheTasksAccuracyAndFormat) {
  const RewardFunction reward({{"temporal_rlt"}});
  const data::Sample choice{
      .task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 1};
  const data::Sample grounding{.task = data::Task::kTemporalGrounding, .segments = {{10, 20}}};
  EXPECT_EQ(reward({.sample = choice, .text = test::think_and_answer("B")}).total, 2.0);
  EXPECT_EQ(reward({.sample = choice, .text = test::think_and_answer("A")}).total, 1.0);
  EXPECT_EQ(reward({.sample = grounding, .text = test::think_and_answer("10 to 15")}).total, 1.5);
}

// Time-R1's example of docs/spec/rewards.md#temporal-overlap: (12, 16) in (10, 18) of 30 s, and a
// format of 1.
TEST(TimeR1Preset, IsTimestampAwareOverlapAndFormat) {
  const data::Sample sample{
      .task = data::Task::kTemporalGrounding, .duration = 30.0, .segments = {{10, 18}}};
  EXPECT_NEAR(RewardFunction({{"timer1"}})(
                  {.sample = sample, .text = test::think_and_answer("12 to 16") + "\n"})
                  .total,
              1.435556, 5e-7);
}

// MUSEG's row of docs/spec/rewards.md#temporal-overlap: global 0.999999, local 0.375, and format 1
// as both times stand in the thinking.
TEST(MusegPreset, IsFormatGlobalAndLocal) {
  const data::Sample sample{.task = data::Task::kTemporalGrounding, .segments = {{0, 10}}};
  const RewardInput input{.sample = sample,
                          .text = "<think>0.0 5.0 10.0</think><answer>0-5 5-10</answer>"};
  EXPECT_NEAR(RewardFunction({{"museg"}})(input).total, 2.374999, 1e-6);
}

// What is too easily fooled to train on is in the table for comparison, and in no preset.
TEST(RewardPresets, HoldNothingForEvaluationOnly) {
  EXPECT_TRUE(find_reward("choice_seed_eval").evaluation_only);
  for (const auto& preset : reward_presets())
    for (const auto& term : preset.terms)
      EXPECT_FALSE(find_reward(term.name).evaluation_only) << preset.name;
}

}  // namespace vrlt::rewards
