#include "vrlt/rewards/reward_function.h"

#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::rewards {
namespace {

// Spec benchmarks.md 9.7, W1, W2 and W19 by our rules: truth (10, 20), weights one half.
data::Sample sample() { return {.task = data::Task::kTemporalGrounding, .segments = {{10, 20}}}; }
data::Sample choice_sample() { return {.task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 1}; }

}  // namespace

TEST(RewardFunction, IsTheWeightedSum) {
  const RewardFunction reward({{"temporal_iou", 0.5}, {"format_seed_tvg", 0.5}});
  const auto truth = sample();
  const auto total = [&](const char* text) { return reward({.sample = truth, .text = text}).total; };
  EXPECT_EQ(total(R"(<think>x</think><answer>{"start_time": "10", "end_time": "20"}</answer>)"), 1.0);
  EXPECT_EQ(total(R"(<think>x</think><answer>{"start_time": "12.5", "end_time": "17.5"}</answer>)"), 0.75);
  EXPECT_EQ(total(R"(<answer>{"start_time": "12.5", "end_time": "17.5"}</answer>)"), 0.25);
  EXPECT_EQ(total(R"(<think>x</think><answer>{"start_time": "18", "end_time": "11"}</answer>)"), 0.5);
}

// Terms that say nothing about a task are left out, so that one list of terms serves a mixed data set.
TEST(RewardFunction, LeavesOutWhatDoesNotApply) {
  const RewardFunction reward({{"temporal_iou", 1.0}, {"choice", 2.0}, {"format", 0.5}});
  const auto truth = choice_sample();
  const auto scored = reward({.sample = truth, .text = "<think>t</think><answer>B</answer>"});
  ASSERT_EQ(scored.components.size(), 3U);
  EXPECT_FALSE(scored.components[0].applicable);
  EXPECT_TRUE(scored.scorable);
  EXPECT_EQ(scored.total, 2.5);
  EXPECT_EQ(scored.accuracy, 1.0) << "of the accuracy terms only, whatever their weights";
}

TEST(RewardFunction, IsNotScorableWhenNothingApplies) {
  const RewardFunction reward({{"temporal_iou", 1.0}});
  const auto truth = choice_sample();
  const auto scored = reward({.sample = truth, .text = "<answer>B</answer>"});
  EXPECT_FALSE(scored.scorable);
  EXPECT_EQ(scored.total, 0.0);
}

TEST(RewardTable, UnknownNameListsTheKnownOnes) {
  try {
    find_reward("iuo");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("temporal_iou"), std::string::npos) << error.what();
  }
}

}  // namespace vrlt::rewards
