#include "vrlt/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::optim {
namespace {

TEST(LrFactor, Schedules) {
  // 2 steps of warm-up: 1/2, 1. Then 8 steps: linear 1 - k/8; cosine (1 + cos(pi k/8)) / 2, a half
  // at k = 4.
  const auto factors = [](const char* schedule, int64_t warmup) {
    std::vector<double> values;
    for (int64_t step = 0; step < 10; ++step)
      values.push_back(lr_factor({.schedule = schedule, .warmup_steps = warmup}, step, 10));
    return values;
  };
  EXPECT_EQ(factors("constant", 0), std::vector<double>(10, 1.0));
  EXPECT_EQ(factors("constant", 2), (std::vector<double>{0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(factors("linear", 2),
            (std::vector<double>{0.5, 1, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125}));
  const auto cosine = factors("cosine", 2);
  EXPECT_EQ(cosine[2], 1.0);
  EXPECT_NEAR(cosine[6], 0.5, 1e-15);
  EXPECT_NEAR(cosine[4], 0.5 + std::sqrt(0.125), 1e-15);  // cos(pi/4) = 0.7071
  for (size_t i = 3; i < cosine.size(); ++i) EXPECT_LT(cosine[i], cosine[i - 1]);
  EXPECT_GT(cosine[9], 0.0) << "the last step still learns";
}

TEST(LrFactor, EveryNameIsASchedule) {
  for (const auto& name : lr_schedule_names())
    for (int64_t step = 0; step < 5; ++step) {
      // warm-up beyond the end
      const double factor = lr_factor({.schedule = name, .warmup_steps = 20}, step, 5);
      EXPECT_GT(factor, 0.0) << name;
      EXPECT_LE(factor, 1.0) << name;
    }
  EXPECT_THROW(lr_factor({.schedule = "step"}, 0, 5), ConfigError);
}

TEST(Schedule, GivesTheRateOfEachUpdate) {
  // 2e-3 at the peak: the first of 4 updates of warm-up a quarter of it; then linear over the other
  // 4, the second of them 3/4.
  const Schedule schedule({.lr = 2e-3, .schedule = "linear", .warmup_steps = 4}, 8);
  EXPECT_DOUBLE_EQ(schedule.lr(0), 5e-4);
  EXPECT_DOUBLE_EQ(schedule.lr(4), 2e-3);
  EXPECT_DOUBLE_EQ(schedule.lr(5), 1.5e-3);
}

}  // namespace
}  // namespace vrlt::optim
