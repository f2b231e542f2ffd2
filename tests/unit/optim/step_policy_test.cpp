#include "vrlt/optim/step_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::optim {
namespace {

TEST(StepPolicy, UpdatesOfFiniteGradientsAreMade) {
  EXPECT_TRUE(StepPolicy::accepts(0.0));
  EXPECT_TRUE(StepPolicy::accepts(1e300));
  EXPECT_FALSE(StepPolicy::accepts(std::nan("")));
  EXPECT_FALSE(StepPolicy::accepts(HUGE_VAL));
}

TEST(StepPolicy, OnlySkippedOnesInARowEndTraining) {
  StepPolicy policy(/*max_skipped_updates=*/2);
  for (int round = 0; round < 3; ++round) {
    policy.note_skipped(1, HUGE_VAL);
    policy.note_skipped(1, HUGE_VAL);
    EXPECT_EQ(policy.skipped_in_a_row(), 2);
    policy.note_made();
    EXPECT_EQ(policy.skipped_in_a_row(), 0);
  }
  policy.restore(2);
  try {
    policy.note_skipped(7, HUGE_VAL);
    ADD_FAILURE() << "a third one";
  } catch (const NotFiniteError& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("update 7: the gradient norm is inf, 3 times in a row"));
  }
}

TEST(StepPolicy, NoneMayBeSkipped) {
  EXPECT_THROW(StepPolicy(0).note_skipped(1, std::nan("")), NotFiniteError);
}

}  // namespace
}  // namespace vrlt::optim
