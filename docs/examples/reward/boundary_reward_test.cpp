#include "boundary_reward.h"

#include <gtest/gtest.h>

namespace example {
namespace {

/// The true span is from 4 to 9 s.
vrlt::rewards::RewardOutput reward_of(const std::string& text, double tolerance_seconds = 1.0) {
  vrlt::data::Sample sample;
  sample.task = vrlt::data::Task::kTemporalGrounding;
  sample.segments = {{4.0, 9.0}};
  return boundary_reward({.sample = sample, .text = text},
                         {.tolerance_seconds = tolerance_seconds});
}

TEST(BoundaryReward, PaysHalfForEachEnd) {
  EXPECT_EQ(reward_of("<answer>4.5 to 9.2</answer>").value, 1.0);  // off by 0.5 and 0.2
  EXPECT_EQ(reward_of("<answer>4.5 to 12</answer>").value, 0.5);   // by 0.5 and 3
  EXPECT_EQ(reward_of("<answer>6 to 7</answer>").value, 0.0);      // by 2 and 2
  EXPECT_EQ(reward_of("<answer>6 to 7</answer>").reason, "boundaries");
}

TEST(BoundaryReward, TheToleranceIsItsParameter) {
  EXPECT_EQ(reward_of("<answer>4.5 to 9.2</answer>", 0.3).value, 0.5);  // 0.5 is too far
  EXPECT_EQ(reward_of("<answer>6 to 7</answer>", 2.0).value, 1.0);      // the bound counts
}

TEST(BoundaryReward, WhatCannotBeReadEarnsNothingAndSaysWhy) {
  EXPECT_EQ(reward_of("I did not see it.").value, 0.0);
  EXPECT_NE(reward_of("I did not see it.").reason, "ok");
  EXPECT_EQ(reward_of("<answer>9 to 4</answer>").reason, "inverted");
}

TEST(BoundaryReward, SaysNothingOfOtherTasks) {
  vrlt::data::Sample sample;
  sample.task = vrlt::data::Task::kOpen;
  EXPECT_FALSE(boundary_reward({.sample = sample, .text = "4 to 9"}, {}).applicable);
}

}  // namespace
}  // namespace example
