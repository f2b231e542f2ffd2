#include "vrlt/algorithm/advantage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/grpo_fixture.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], tolerance) << i;
}

struct Case {
  const char* name;
  const char* estimator;
  double epsilon;
  std::vector<double> expected;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Advantages : public ::testing::TestWithParam<Case> {};

// The worked example of the specification; group stds 0.377492 and 0.577350 (N - 1), batch std 0.460072. Printed to six digits.
TEST_P(Advantages, OfTheWorkedExample) {
  expect_near(group_advantages(test::GrpoFixture().rewards, 3, {GetParam().estimator, GetParam().epsilon}), GetParam().expected, 1e-6);
}

std::vector<Case> estimators() {
  return {{"group_std_trl", "group_std", 1e-4, {1.059345, -0.926927, -0.132418, -0.577250, 1.154501, -0.577250}},
          {"group_std_verl", "group_std", 1e-6, {1.059623, -0.927170, -0.132453, -0.577349, 1.154699, -0.577349}},
          {"batch_std", "batch_std", 1e-4, {0.869239, -0.760584, -0.108655, -0.724366, 1.448732, -0.724366}},
          {"none", "none", 1e-4, {0.4, -0.35, -0.05, -0.333333, 0.666667, -0.333333}},
          {"rloo", "rloo", 1e-4, {0.6, -0.525, -0.075, -0.5, 1.0, -0.5}}};
}

INSTANTIATE_TEST_SUITE_P(Estimators, Advantages, ::testing::ValuesIn(estimators()), [](const auto& info) { return std::string(info.param.name); });

TEST(GroupAdvantages, OfTwoComponentsSummedFirst) {
  // 0.5 format + 0.5 accuracy of the specification's E15
  expect_near(group_advantages({0.95, 0.60, 0.30, 0.00, 1.00, 0.55}, 3, {"group_std", 1e-4}),
              {1.024316, -0.051216, -0.973100, -1.031409, 0.964867, 0.066543}, 1e-6);
}

TEST(GroupAdvantages, EqualRewardsGiveExactlyZero) {
  for (const auto& estimator : advantage_names())
    for (const double reward : {0.0, 0.7, 0.9, 1e6, -3.3}) {
      const std::vector<double> zeros(8, 0.0);
      EXPECT_EQ(group_advantages(std::vector<double>(8, reward), 8, {estimator, 1e-6}), zeros) << estimator;
      // Sums in another order differ in the last bits only; that is no signal either.
      std::vector<double> rounded(8, reward);
      rounded[3] = std::nextafter(reward, 1e9);
      EXPECT_EQ(group_advantages(rounded, 8, {estimator, 1e-6}), zeros) << estimator;
    }
  // 0.7 as a float sum would have it: 8 * float(0.7) / 8 - float(0.7) is not 0, which a division by std + 1e-6 would blow up to 0.056.
  EXPECT_EQ(group_advantages(std::vector<double>(8, static_cast<double>(0.7F)), 8, {}), std::vector<double>(8, 0.0));
}

TEST(GroupAdvantages, AnUnscorableResponseIsLeftOut) {
  // mean 0.5, std 0.707107: 0.5 / (0.707107 + 1e-4) = 0.707007
  expect_near(group_advantages({1.0, kNan, 0.0}, 3, {"group_std", 1e-4}), {0.707007, 0.0, -0.707007}, 1e-6);
  expect_near(group_advantages({1.0, kNan, 0.0}, 3, {"rloo", 1e-4}), {1.0, 0.0, -1.0}, 1e-12);  // 2 / 1 * 0.5
  for (const auto& estimator : advantage_names()) {
    EXPECT_EQ(group_advantages({kNan, kNan, kNan}, 3, {estimator}), std::vector<double>(3, 0.0)) << estimator;
    EXPECT_EQ(group_advantages({kNan, 1.0, kNan}, 3, {estimator}), std::vector<double>(3, 0.0)) << estimator << ": one is no group";
  }
}

TEST(GroupAdvantages, SumToZeroInEveryGroup) {
  const auto rewards = test::GrpoFixture().rewards;
  for (const auto& estimator : advantage_names()) {
    const auto advantages = group_advantages(rewards, 3, {estimator, 1e-4});
    for (const size_t begin : {0, 3}) EXPECT_NEAR(advantages[begin] + advantages[begin + 1] + advantages[begin + 2], 0.0, 1e-12) << estimator;
  }
  // The std of group_std advantages is std / (std + epsilon).
  const auto advantages = group_advantages(rewards, 3, {"group_std", 1e-4});
  const double squares = advantages[0] * advantages[0] + advantages[1] * advantages[1] + advantages[2] * advantages[2];
  const double std = std::sqrt((0.4 * 0.4 + 0.35 * 0.35 + 0.05 * 0.05) / 2);
  EXPECT_NEAR(std::sqrt(squares / 2), std / (std + 1e-4), 1e-12);
}

TEST(GroupAdvantages, FollowAPermutationInsideTheGroup) {
  const auto rewards = test::GrpoFixture().rewards;
  for (const auto& estimator : advantage_names()) {
    const auto base = group_advantages(rewards, 3, {estimator});
    const auto permuted = group_advantages({rewards[2], rewards[0], rewards[1], rewards[4], rewards[3], rewards[5]}, 3, {estimator});
    expect_near(permuted, {base[2], base[0], base[1], base[4], base[3], base[5]}, 1e-12);
  }
}

TEST(GroupAdvantages, OfOneGroupDoNotDependOnAnother) {
  const auto rewards = test::GrpoFixture().rewards;
  for (const auto& estimator : {"group_std", "none", "rloo"}) {
    const auto both = group_advantages(rewards, 3, {estimator}), first = group_advantages({rewards[0], rewards[1], rewards[2]}, 3, {estimator});
    expect_near({both[0], both[1], both[2]}, first, 1e-15);
  }
}

TEST(GroupAdvantages, WrongCallsAreRefused) {
  EXPECT_THROW(group_advantages({1.0, 2.0}, 1, {}), ContractError);
  EXPECT_THROW(group_advantages({1.0, 2.0, 3.0}, 2, {}), ContractError);
  EXPECT_THROW(group_advantages({1.0, 2.0}, 2, {"opo"}), ConfigError);
}

}  // namespace
}  // namespace vrlt::algorithm
