// Fixtures of docs/spec/selection.md#statistics.
#include "vrlt/selection/statistics.h"

#include <gtest/gtest.h>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

constexpr double kPrinted = 5.1e-7;  // the tables print six decimals

struct Fixture {
  const char* name;
  const std::vector<double>& rewards;
  double mean, variance, std, population_variance, gap;
  int64_t num_correct;
};

const Fixture kFixtures[] = {
    {"choice", kChoice, 0.625, 0.267857, 0.517549, 0.234375, 1, 5},
    {"spread", kSpread, 0.455, 0.075229, 0.274278, 0.065825, 0.75, 4},
    {"low and poor", kLowPoor, 0.011250, 0.000127, 0.011260, 0.000111, 0.03, 0},
    {"low and good", kLowGood, 0.3475, 0.000107, 0.010351, 0.000094, 0.03, 0},
    {"high and poor", kHighPoor, 0.075, 0.045, 0.212132, 0.039375, 0.6, 1},
};

}  // namespace

TEST(Statistics, StatisticsOfTheFixtures) {
  for (const auto& row : kFixtures) {
    const auto s = reward_statistics(row.rewards, std::string(row.name) != "choice");
    EXPECT_NEAR(s.mean, row.mean, kPrinted) << row.name;
    EXPECT_NEAR(s.variance, row.variance, kPrinted) << row.name;
    EXPECT_NEAR(s.std, row.std, kPrinted) << row.name;
    EXPECT_NEAR(s.population_variance, row.population_variance, kPrinted) << row.name;
    EXPECT_NEAR(s.gap, row.gap, kPrinted) << row.name;
    EXPECT_EQ(s.num_correct, row.num_correct) << row.name;
  }
}

TEST(Statistics, VarianceOfEveryNumberOfRightAnswers) {
  const double variance[] = {0, .125, .214286, .267857, .285714, .267857, .214286, .125, 0};
  const double normalized[] = {0, .4375, .75, .9375, 1, .9375, .75, .4375, 0};
  for (int c = 0; c <= 8; ++c) {
    const auto s = choice("x", c).reward;
    EXPECT_NEAR(s.variance, variance[c], kPrinted) << c;
    EXPECT_NEAR(normalized_variance(s), normalized[c], 1e-12) << c;
    EXPECT_EQ(s.num_correct, c);
  }
}

// Of .62 .10 .55 .80 .05 .71 .33 .48: six reach 0.3, four 0.5 (.62 .55 .80 .71), two 0.7.
TEST(RewardStatistics, CountsWhatReachesTheThresholds) {
  EXPECT_EQ(reward_statistics(kSpread, true).num_above, (std::array<int64_t, 3>{6, 4, 2}));
  EXPECT_EQ(reward_statistics({0.3, 0.5, 0.7}, true).num_above, (std::array<int64_t, 3>{3, 2, 1}))
      << "a threshold is reached by itself";
}

// Sorted .05 .10 .33 .48 .55 .62 .71 .80: places 1.75 and 5.25 of 0..7.
TEST(RewardStatistics, QuartilesInterpolate) {
  const auto s = reward_statistics(kSpread, true);
  EXPECT_NEAR(s.q25, 0.10 + 0.75 * 0.23, 1e-12);
  EXPECT_NEAR(s.q75, 0.62 + 0.25 * 0.09, 1e-12);
}

// Equal rewards carry no signal, to the last bit: a mean that rounds must not look like a variance.
TEST(RewardStatistics, EqualRewardsHaveNoVariance) {
  for (const double value : {0.0, 0.1, 0.7, 1.0})
    for (const size_t count : {1U, 3U, 7U, 8U}) {
      const auto s = reward_statistics(std::vector<double>(count, value), true);
      EXPECT_EQ(s.variance, 0.0) << count << " times " << value;
      EXPECT_EQ(s.gap, 0.0);
    }
}

TEST(RewardStatistics, WantsRewards) { EXPECT_THROW(reward_statistics({}, true), ContractError); }

// Two rewards 0 and 1: variance 1/2 (K-1), central moments 1/4 and 1/16: sqrt((1/16 + 1/16 * 1) /
// 2) = 1/4, by (K-3)/(K-1) = -1.
TEST(RewardStatistics, ErrorOfTheVarianceByItsOwnMoments) {
  EXPECT_NEAR(variance_error(reward_statistics({0, 1}, false)), 0.25, 1e-12);
}

TEST(StatisticsLine, HoldsTheFieldsOfTheSpecification) {
  auto s = choice("x", 2);
  s.answers = {"A", "A", "B", "", "B", "B", "C", "B"};
  s.num_parsed = 7;
  s.num_truncated = 1;
  s.mean_length = 12.5;
  s.num_options = 4;
  s.duration = 30.0;
  const auto json = to_json(s);
  EXPECT_EQ(json.at("id"), "x");
  EXPECT_EQ(json.at("K"), 8);
  EXPECT_EQ(json.at("c"), 2);
  EXPECT_EQ(json.at("n_parsed"), 7);
  EXPECT_EQ(json.at("n_truncated"), 1);
  EXPECT_EQ(json.at("mode"), "discrete");
  EXPECT_EQ(json.at("n_distinct"), 3) << "what could not be read is no answer";
  EXPECT_EQ(json.at("maj_share"), 0.5) << "B, 4 of 8";
  EXPECT_EQ(json.at("duration"), 30.0);
  EXPECT_EQ(json.at("n_options"), 4);
  EXPECT_TRUE(json.at("gt_len_frac").is_null());
  EXPECT_NEAR(json.at("pass@4").get<double>(), .785714, kPrinted);
  EXPECT_NEAR(json.at("p_inf@8").get<double>(), .874619, kPrinted);
  EXPECT_NEAR(json.at("post_var").get<double>(), .190909, kPrinted);
  EXPECT_FALSE(json.contains("c_0.5")) << "thresholds are for continuous rewards";
}

TEST(StatisticsLine, GroundedAnswersHaveBothHalves) {
  auto s = grounding("x", {0.75, 0.1, 0.5});
  s.parts = {{"option", reward_statistics({1, 0, 1}, false)},
             {"iou", reward_statistics({0.5, 0.2, 0.0}, true)}};
  const auto json = to_json(s);
  EXPECT_EQ(json.at("c_0.5"), 2);
  EXPECT_EQ(json.at("parts").at("option").at("c"), 2);
  EXPECT_EQ(json.at("parts").at("iou").at("c_0.3"), 1);
}

TEST(StatisticsLine, ReadsBackToTheSameLine) {
  auto s = grounding("x", {1.0 / 3, 0.1, 0.7});
  s.answers = {"4 to 8 s", "", "1 to 2 s"};
  s.duration = 12.125;
  s.gt_fraction = 0.1;
  s.parts["iou"] = reward_statistics({0.25, 0.5, 0.75}, true);
  const auto line = io::to_line(to_json(s));
  EXPECT_EQ(io::to_line(to_json(parse_statistics(io::parse_json(line, "x"), "x"))), line);
}

TEST(StatisticsLine, BrokenOnesAreRefusedByPlace) {
  const auto whole = to_json(choice("x", 2));
  for (const char* field : {"id", "task", "rewards", "mode", "answers", "n_parsed", "mean_len"}) {
    auto line = whole;
    line[field] = nullptr;
    try {
      parse_statistics(line, "s.jsonl:3");
      ADD_FAILURE() << field;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what())
                    .find(std::string("s.jsonl:3: \"") + field + "\" is null, expected"),
                std::string::npos)
          << error.what();
    }
  }
  auto line = whole;
  line["rewards"] = io::Json::array();
  EXPECT_THROW(parse_statistics(line, "x"), DataError);
  EXPECT_THROW(parse_statistics(io::Json(3), "x"), DataError);
}

}  // namespace vrlt::selection
