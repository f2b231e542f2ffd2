// Fixtures and tables of spec grpo.md 4.3 (S1, S6).
#include "vrlt/selection/statistics.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/table_case.h"
#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

struct Fixture {
  const char* name;
  std::vector<double> rewards;
  double mean, variance, std, gap;
  int64_t num_correct;
};
VRLT_PRINT_ROW_NAME(Fixture)

const Fixture kFixtures[] = {
    {"choice", {1, 0, 1, 1, 0, 1, 0, 1}, 0.625, 0.267857, 0.517549, 1, 5},
    {"spread", {.62, .10, .55, .80, .05, .71, .33, .48}, 0.455, 0.075229, 0.274278, 0.75, 4},
    {"low_and_poor", {.02, 0, .03, .01, 0, .02, 0, .01}, 0.011250, 0.000127, 0.011260, 0.03, 0},
    {"low_and_good", {.36, .34, .35, .33, .36, .35, .34, .35}, 0.3475, 0.000107, 0.010351, 0.03, 0},
    {"high_and_poor", {0, 0, 0, .6, 0, 0, 0, 0}, 0.075, 0.045, 0.212132, 0.6, 1},
};

class Fixtures : public testing::TestWithParam<Fixture> {};
INSTANTIATE_TEST_SUITE_P(Spec43, Fixtures, testing::ValuesIn(kFixtures), test::row_name);

/// `right` of eight responses.
SampleStatistics discrete(int right) {
  SampleStatistics s;
  s.rewards.assign(8, 0.0);
  std::fill_n(s.rewards.begin(), right, 1.0);
  compute_statistics(s);
  return s;
}

constexpr double kPrinted = 5.1e-7;  // the tables print six decimals

}  // namespace

TEST_P(Fixtures, Statistics) {
  const auto& row = GetParam();
  SampleStatistics s{.continuous = std::string(row.name) != "choice", .rewards = row.rewards};
  compute_statistics(s);
  EXPECT_NEAR(s.mean, row.mean, kPrinted);
  EXPECT_NEAR(s.variance, row.variance, kPrinted);
  EXPECT_NEAR(s.std, row.std, kPrinted);
  EXPECT_NEAR(s.gap, row.gap, kPrinted);
  EXPECT_NEAR(s.max - s.min, s.gap, 1e-15);
  EXPECT_EQ(s.num_correct, row.num_correct);
}

TEST(ComputeStatistics, OfEveryNumberOfRightAnswersInEight) {
  const double variance[] = {0, .125, .214286, .267857, .285714, .267857, .214286, .125, 0};
  const double posterior[] = {.081818, .145455, .190909, .218182, .227273, .218182, .190909, .145455, .081818};  // symmetric in c and 8 - c
  for (int c = 0; c <= 8; ++c) {
    EXPECT_NEAR(discrete(c).variance, variance[c], kPrinted) << c;
    EXPECT_NEAR(discrete(c).posterior_variance, posterior[c], kPrinted) << c;
    EXPECT_EQ(discrete(c).num_correct, c);
  }
}

// Sorted .05 .10 .33 .48 .55 .62 .71 .80: places 1.75 and 5.25 of 0..7.
TEST(ComputeStatistics, QuartilesInterpolate) {
  SampleStatistics s{.continuous = true, .rewards = {.62, .10, .55, .80, .05, .71, .33, .48}};
  compute_statistics(s);
  EXPECT_NEAR(s.q25, 0.10 + 0.75 * 0.23, 1e-12);
  EXPECT_NEAR(s.q75, 0.62 + 0.25 * 0.09, 1e-12);
}

// Equal rewards carry no signal, to the last bit: a mean that rounds must not look like a variance.
TEST(ComputeStatistics, EqualRewardsHaveNoVariance) {
  for (const double value : {0.0, 0.1, 0.7, 1.0})
    for (const size_t count : {1U, 3U, 7U, 8U}) {
      SampleStatistics s{.continuous = true, .rewards = std::vector<double>(count, value)};
      compute_statistics(s);
      EXPECT_EQ(s.variance, 0.0) << count << " times " << value;
      EXPECT_EQ(s.gap, 0.0);
    }
}

TEST(ComputeStatistics, WantsRewards) {
  SampleStatistics s;
  EXPECT_THROW(compute_statistics(s), ContractError);
}

TEST(PassAtK, MatchesTheTable) {
  const int64_t ks[] = {1, 2, 4, 8};
  const std::pair<int64_t, std::vector<double>> rows[] = {
      {0, {0, 0, 0, 0}},    {1, {.125, .25, .5, 1}}, {2, {.25, .464286, .785714, 1}}, {4, {.5, .785714, .985714, 1}},
      {7, {.875, 1, 1, 1}}, {8, {1, 1, 1, 1}}};
  for (const auto& [c, expected] : rows)
    for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(pass_at_k(8, c, ks[i]), expected[i], kPrinted) << c << " right, k " << ks[i];
  EXPECT_THROW(pass_at_k(8, 9, 1), ContractError);
  EXPECT_THROW(pass_at_k(8, 4, 9), ContractError);
}

TEST(StatisticsJson, HoldsTheFieldsOfTheStore) {
  auto s = discrete(2);
  s.id = "x";
  s.num_parsed = 7;
  const auto json = to_json(s);
  EXPECT_EQ(json.at("id"), "x");
  EXPECT_EQ(json.at("K"), 8);
  EXPECT_EQ(json.at("c"), 2);
  EXPECT_EQ(json.at("n_parsed"), 7);
  EXPECT_EQ(json.at("mode"), "discrete");
  EXPECT_NEAR(json.at("pass@4").get<double>(), .785714, kPrinted);
  EXPECT_EQ(json.at("rewards").size(), 8U);
}

}  // namespace vrlt::selection
