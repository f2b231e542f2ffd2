// Rules of spec grpo.md 4.5, tests S3, S4 and S7 of 4.9.
#include "vrlt/selection/sample_filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

SampleStatistics sample(const std::string& id, std::vector<double> rewards, bool continuous, const std::string& task = "") {
  SampleStatistics s{.id = id, .task = task.empty() ? (continuous ? "tvg" : "mcq") : task, .continuous = continuous, .rewards = std::move(rewards)};
  compute_statistics(s);
  return s;
}

SampleStatistics choice(const std::string& id, int right, int of = 8) {
  std::vector<double> rewards(static_cast<size_t>(of), 0.0);
  std::fill_n(rewards.begin(), right, 1.0);
  return sample(id, rewards, false);
}

const std::vector<double> kSpread = {.62, .10, .55, .80, .05, .71, .33, .48}, kLowPoor = {.02, 0, .03, .01, 0, .02, 0, .01},
                          kLowGood = {.36, .34, .35, .33, .36, .35, .34, .35}, kHighPoor = {0, 0, 0, .6, 0, 0, 0, 0};

std::map<std::string, Decision> by_id(const std::vector<Decision>& decisions) {
  std::map<std::string, Decision> map;
  for (const auto& decision : decisions) map[decision.id] = decision;
  return map;
}

int64_t num_selected(const std::vector<Decision>& decisions) {
  return std::count_if(decisions.begin(), decisions.end(), [](const Decision& d) { return d.selected; });
}

}  // namespace

// S3
TEST(SelectSamples, KeepsMixedAnswersOnly) {
  const auto decisions = by_id(select_samples({choice("none", 0), choice("one", 1), choice("half", 4), choice("seven", 7), choice("all", 8)}, {}, 0));
  EXPECT_EQ(decisions.at("none").reason, "all_wrong");
  EXPECT_EQ(decisions.at("all").reason, "all_right");
  for (const char* id : {"one", "half", "seven"}) {
    EXPECT_TRUE(decisions.at(id).selected) << id;
    EXPECT_EQ(decisions.at(id).reason, "selected");
  }
  EXPECT_FALSE(decisions.at("none").selected || decisions.at("all").selected);
  EXPECT_GT(decisions.at("half").score, decisions.at("one").score) << "the posterior variance is largest in the middle";
}

// S4
TEST(SelectSamples, KeepsSpreadAndRefusesLowVariance) {
  const std::vector<SampleStatistics> statistics = {sample("spread", kSpread, true), sample("low_poor", kLowPoor, true),
                                                    sample("low_good", kLowGood, true), sample("high_poor", kHighPoor, true)};
  auto decisions = by_id(select_samples(statistics, {}, 0));
  EXPECT_TRUE(decisions.at("spread").selected);
  EXPECT_EQ(decisions.at("low_poor").reason, "low_std");
  EXPECT_EQ(decisions.at("low_good").reason, "low_std");
  EXPECT_TRUE(decisions.at("high_poor").selected) << "its mean 0.075 is above the default of 0.05";

  decisions = by_id(select_samples(statistics, {.min_mean = 0.1}, 0));
  EXPECT_EQ(decisions.at("high_poor").reason, "mean_too_low");
  EXPECT_TRUE(decisions.at("spread").selected);
}

TEST(SelectSamples, NamesTheOtherReasons) {
  // std 0.1127, gap 0.24
  EXPECT_EQ(select_samples({sample("gap", {.4, .4, .4, .64, .64, .64}, true)}, {}, 0).front().reason, "low_gap");
  EXPECT_EQ(select_samples({sample("easy", {1, 1, 1, 1, 1, 1, 1, .7}, true)}, {}, 0).front().reason, "mean_too_high");
}

TEST(SelectSamples, KeepsTheBestOfEachTask) {
  std::vector<SampleStatistics> statistics;
  for (int c = 1; c <= 7; ++c) statistics.push_back(choice(concat("c", c), c));
  statistics.push_back(sample("t", kSpread, true));
  const auto decisions = by_id(select_samples(statistics, {.top_k_per_task = 3}, 0));
  for (const char* id : {"c3", "c4", "c5", "t"}) EXPECT_TRUE(decisions.at(id).selected) << id;
  for (const char* id : {"c1", "c2", "c6", "c7"}) EXPECT_EQ(decisions.at(id).reason, "below_top_k") << id;
}

// sqrt(w s^2 + (1-w) mean of the task), w = (K-1)/(K-1+4): 7/11 of 0.075229 and 4/11 of (0.075229 + 0.045)/2
TEST(SelectSamples, ShrinksTheSpreadTowardsItsTask) {
  const auto decisions = by_id(select_samples({sample("spread", kSpread, true), sample("high_poor", kHighPoor, true)}, {}, 0));
  EXPECT_NEAR(decisions.at("spread").score, std::sqrt(7.0 / 11 * 0.0752286 + 4.0 / 11 * 0.0601143), 1e-6);
  EXPECT_NEAR(decisions.at("high_poor").score, std::sqrt(7.0 / 11 * 0.045 + 4.0 / 11 * 0.0601143), 1e-6);
}

TEST(SelectSamples, DoesNotDependOnTheOrderOfSamples) {
  std::vector<SampleStatistics> statistics;
  for (int i = 0; i < 50; ++i) statistics.push_back(choice(concat("s", i), i % 9));
  auto reversed = statistics;
  std::reverse(reversed.begin(), reversed.end());
  for (const char* rule : {"variance", "random"}) {
    const FilterConfig config{.rule = rule, .top_k_per_task = 7};  // cuts inside a tie
    const auto forward = by_id(select_samples(statistics, config, 3)), backward = by_id(select_samples(reversed, config, 3));
    for (const auto& [id, decision] : forward) EXPECT_EQ(decision.selected, backward.at(id).selected) << rule << " " << id;
  }
}

TEST(SelectSamples, DecidesInTheOrderGiven) {
  const auto decisions = select_samples({choice("b", 0), choice("a", 4)}, {.top_k_per_task = 1}, 0);
  ASSERT_EQ(decisions.size(), 2U);
  EXPECT_EQ(decisions[0].id, "b");
  EXPECT_EQ(decisions[1].id, "a");
}

// The control arm keeps as many of each task, but any.
TEST(SelectSamples, RandomKeepsAsMany) {
  std::vector<SampleStatistics> statistics;
  for (int i = 0; i < 90; ++i) statistics.push_back(choice(concat("m", i), i % 9));
  for (int i = 0; i < 30; ++i) statistics.push_back(sample(concat("t", i), i % 3 == 0 ? kSpread : kLowGood, true));
  const auto by_rule = select_samples(statistics, {}, 1), random = select_samples(statistics, {.rule = "random"}, 1);
  EXPECT_EQ(num_selected(by_rule), 70 + 10);  // 7 of each 9, 1 of each 3
  EXPECT_EQ(num_selected(random), num_selected(by_rule));
  EXPECT_EQ(std::count_if(random.begin(), random.end(), [](const Decision& d) { return d.selected && d.id[0] == 't'; }), 10);
  const auto decided = by_id(random);
  int degenerate = 0;
  for (const auto& s : statistics) degenerate += decided.at(s.id).selected && !s.continuous && s.num_correct % 8 == 0;
  EXPECT_GT(degenerate, 0) << "the control must not look at the rewards";
  const auto other_seed = select_samples(statistics, {.rule = "random"}, 2);
  EXPECT_FALSE(std::equal(random.begin(), random.end(), other_seed.begin(), [](const auto& a, const auto& b) { return a.selected == b.selected; }));
}

// S7: p ~ Beta(1/2, 1/2), 8 draws each. E[p(1-p)] = 1/8; the selected tenth has more of it, the random control has not.
TEST(SelectSamples, FindsSamplesOfHighVariance) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform;
  constexpr int kPool = 20'000;
  std::vector<SampleStatistics> statistics;
  std::map<std::string, double> true_variance;
  for (int i = 0; i < kPool; ++i) {
    const double p = std::pow(std::sin(uniform(random) * std::acos(-1.0) / 2), 2);  // the arcsine law
    int right = 0;
    for (int k = 0; k < 8; ++k) right += uniform(random) < p;
    statistics.push_back(choice(concat("s", i), right));
    true_variance[statistics.back().id] = p * (1 - p);
  }
  const auto mean_of = [&](const std::vector<Decision>& decisions) {
    double sum = 0;
    for (const auto& decision : decisions) sum += decision.selected ? true_variance.at(decision.id) : 0.0;
    return sum / static_cast<double>(num_selected(decisions));
  };
  const FilterConfig tenth{.top_k_per_task = kPool / 10};
  EXPECT_EQ(num_selected(select_samples(statistics, tenth, 0)), kPool / 10);
  EXPECT_GE(mean_of(select_samples(statistics, tenth, 0)), 0.20);
  // 2,000 draws of a quantity with standard deviation 0.088: their mean is off by 0.002, of which 0.005 is two and a half
  EXPECT_NEAR(mean_of(select_samples(statistics, {.rule = "random", .top_k_per_task = kPool / 10}, 0)), 0.125, 0.005);
}

}  // namespace vrlt::selection
