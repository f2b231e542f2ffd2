#include "vrlt/algorithm/advantage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/grpo_fixture.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

const double kNan = std::numeric_limits<double>::quiet_NaN();

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected,
                 double tolerance) {
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

// The worked example of the specification; group stds 0.377492 and 0.577350 (N - 1), batch std
// 0.460072. Printed to six digits.
TEST_P(Advantages, OfTheWorkedExample) {
  expect_near(
      group_advantages(test::GrpoFixture().rewards, 3, {GetParam().estimator, GetParam().epsilon},
                       test::GrpoFixture().lengths),
      GetParam().expected, 1e-6);
}

std::vector<Case> estimators() {
  return {
      {"group_std_trl",
       "group_std",
       1e-4,
       {1.059345, -0.926927, -0.132418, -0.577250, 1.154501, -0.577250}},
      {"group_std_verl",
       "group_std",
       1e-6,
       {1.059623, -0.927170, -0.132453, -0.577349, 1.154699, -0.577349}},
      {"batch_std",
       "batch_std",
       1e-4,
       {0.869239, -0.760584, -0.108655, -0.724366, 1.448732, -0.724366}},
      {"none", "none", 1e-4, {0.4, -0.35, -0.05, -0.333333, 0.666667, -0.333333}},
      {"rloo", "rloo", 1e-4, {0.6, -0.525, -0.075, -0.5, 1.0, -0.5}},
      {"opo", "opo", 1e-4, {0.316667, -0.433333, -0.133333, -0.5, 0.5, -0.5}},
      {"grpo_passk", "grpo_passk", 1e-6, {1.192076, 0, 0, 0, 1.732048, 0}},
      // R - mean over the 17 tokens sums to 0.316667 + 0.5 = 4 * 0.4 - 2 * 0.35 - 3 * 0.05 - 3 / 3
      // + 4 * 2 / 3 - 1 / 3 = 2.083333: mean 0.122549; squares 4 * 0.16 + 2 * 0.1225 + 3 * 0.0025 +
      // 4 / 9 + 4 * 4 / 9 = 3.114722, less 17 * 0.122549^2 = 2.859412, / 16: std 0.422745.
      {"rf_plus_plus_baseline",
       "rf++_baseline",
       0.0,
       {0.656308, -1.117811, -0.408163, -1.078386, 1.287106, -1.078386}},
      // 6 responses, 4 of them with a reward: 1.5 times R - mean.
      {"gpg", "gpg", 1e-4, {0.6, -0.525, -0.075, -0.5, 1.0, -0.5}}};
}

INSTANTIATE_TEST_SUITE_P(Estimators, Advantages, ::testing::ValuesIn(estimators()),
                         [](const auto& info) { return std::string(info.param.name); });

// No peer divides by N: were the std that of the population, group_std would be sqrt(3/2) times as
// large.
TEST(GroupAdvantages, OfTheWorkedExampleAreNotThoseOfThePopulationStd) {
  const auto advantages = group_advantages(test::GrpoFixture().rewards, 3, {"group_std", 1e-6});
  const std::vector<double> population = {1.297767,  -1.135546, -0.162221,
                                          -0.707105, 1.414211,  -0.707105};
  for (size_t i = 0; i < 6; ++i) {
    // up to the epsilon, which is scaled too
    EXPECT_NEAR(advantages[i], population[i] * std::sqrt(2.0 / 3.0), 1e-5) << i;
    EXPECT_GT(std::abs(advantages[i] - population[i]), 0.02) << i;
  }
}

TEST(GroupAdvantages, PassAtKPaysTheLeadOfTheBestOnly) {
  const std::vector<int64_t> lengths(4, 1);
  // std of 0, 2, 5, 9: mean 4, squares 16 + 4 + 1 + 25 = 46, / 3: 3.915780; lead 9 - 5 = 4.
  expect_near(group_advantages({0, 2, 5, 9}, 4, {"grpo_passk", 0.0}, lengths),
              {0, 0, 0, 4 / 3.915780}, 1e-6);
  // Two best: no lead.
  expect_near(group_advantages({0, 9, 5, 9}, 4, {"grpo_passk", 0.0}, lengths), {0, 0, 0, 0}, 0.0);
}

TEST(GroupAdvantages, EqualRewardsGiveExactlyZero) {
  for (const auto& [estimator, help, advantage, needs_lengths, uses_epsilon] : advantage_table())
    for (const double reward : {0.0, 0.7, 0.9, 1e6, -3.3}) {
      const std::vector<double> zeros(8, 0.0);
      const std::vector<int64_t> lengths = {1, 2, 3, 4, 5, 6, 7, 8};
      EXPECT_EQ(group_advantages(std::vector<double>(8, reward), 8, {estimator, 1e-6}, lengths),
                zeros)
          << estimator;
      // Sums in another order differ in the last bits only; that is no signal either.
      std::vector<double> rounded(8, reward);
      rounded[3] = std::nextafter(reward, 1e9);
      EXPECT_EQ(group_advantages(rounded, 8, {estimator, 1e-6}, lengths), zeros) << estimator;
    }
  // 0.7 as a float sum would have it: 8 * float(0.7) / 8 - float(0.7) is not 0, which a division by
  // std + 1e-6 would blow up to 0.056.
  EXPECT_EQ(group_advantages(std::vector<double>(8, static_cast<double>(0.7F)), 8, {}),
            std::vector<double>(8, 0.0));
}

TEST(GroupAdvantages, AnUnscorableResponseIsLeftOut) {
  // mean 0.5, std 0.707107: 0.5 / (0.707107 + 1e-4) = 0.707007
  expect_near(group_advantages({1.0, kNan, 0.0}, 3, {"group_std", 1e-4}),
              {0.707007, 0.0, -0.707007}, 1e-6);
  // 2 / 1 * 0.5
  expect_near(group_advantages({1.0, kNan, 0.0}, 3, {"rloo", 1e-4}), {1.0, 0.0, -1.0}, 1e-12);
  for (const auto& [estimator, help, advantage, needs_lengths, uses_epsilon] : advantage_table()) {
    EXPECT_EQ(group_advantages({kNan, kNan, kNan}, 3, {estimator}, {1, 2, 3}),
              std::vector<double>(3, 0.0))
        << estimator;
    EXPECT_EQ(group_advantages({kNan, 1.0, kNan}, 3, {estimator}, {1, 2, 3}),
              std::vector<double>(3, 0.0))
        << estimator << ": one is no group";
  }
}

TEST(GroupAdvantages, OfOneGroupDoNotDependOnAnother) {
  const auto rewards = test::GrpoFixture().rewards;
  for (const auto& estimator : {"group_std", "none", "rloo", "opo", "grpo_passk"}) {
    const auto both = group_advantages(rewards, 3, {estimator}, test::GrpoFixture().lengths);
    const auto first =
        group_advantages({rewards[0], rewards[1], rewards[2]}, 3, {estimator}, {4, 2, 3});
    expect_near({both[0], both[1], both[2]}, first, 1e-15);
  }
}

TEST(GroupAdvantages, WrongCallsAreRefused) {
  EXPECT_THROW(group_advantages({1.0, 2.0}, 1, {}), ContractError);
  EXPECT_THROW(group_advantages({1.0, 2.0, 3.0}, 2, {}), ContractError);
  EXPECT_THROW(group_advantages({1.0, 2.0}, 2, {"median"}), ConfigError);
  EXPECT_THROW(group_advantages({1.0, 2.0}, 2, {"opo"}), ContractError) << "it needs lengths";
}

}  // namespace
}  // namespace vrlt::algorithm
