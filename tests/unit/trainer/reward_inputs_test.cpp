#include "vrlt/trainer/step/reward_inputs.h"

#include <gtest/gtest.h>

namespace vrlt::trainer {

TEST(RewardInputs, SeeEveryResponseWithItsLength) {
  const data::Sample sample{.task = data::Task::kMultipleChoice};
  rollout::RolloutGroup group;
  group.responses = {{.ids = {1, 2, 3}, .truncated = true, .text = "a"}, {.ids = {4}, .text = "b"}};
  const auto inputs = reward_inputs(sample, group, "auto_think");
  ASSERT_EQ(inputs.size(), 2u);
  EXPECT_EQ(inputs[0].text, "a");
  EXPECT_EQ(inputs[0].num_tokens, 3);
  EXPECT_TRUE(inputs[0].truncated);
  EXPECT_EQ(inputs[1].num_tokens, 1);
  EXPECT_FALSE(inputs[1].truncated);
}

}  // namespace vrlt::trainer
