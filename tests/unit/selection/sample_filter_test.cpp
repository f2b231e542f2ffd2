// Rules of docs/spec/selection.md#criteria.
#include "vrlt/selection/sample_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

std::string reason_of(const SampleStatistics& s, const FilterConfig& config) {
  return select_samples({s}, config, 0).front().reason;
}

}  // namespace

TEST(SampleFilter, AllTheSameIsRejectedAndMixedKept) {
  const auto decisions =
      by_id(select_samples({choice("none", 0), choice("one", 1), choice("half", 4),
                            choice("seven", 7), choice("all", 8)},
                           {}, 0));
  EXPECT_EQ(decisions.at("none").reason, "all_wrong");
  EXPECT_EQ(decisions.at("all").reason, "all_right");
  for (const char* id : {"one", "half", "seven"}) {
    EXPECT_TRUE(decisions.at(id).selected) << id;
    EXPECT_EQ(decisions.at(id).reason, "selected");
  }
  EXPECT_FALSE(decisions.at("none").selected || decisions.at("all").selected);
  EXPECT_GT(decisions.at("half").score, decisions.at("one").score)
      << "the posterior variance is largest in the middle";
}

TEST(SampleFilter, HighVarianceKeptAndLowVarianceRejected) {
  const std::vector<SampleStatistics> statistics = {
      grounding("spread", kSpread), grounding("low_poor", kLowPoor),
      grounding("low_good", kLowGood), grounding("high_poor", kHighPoor)};
  auto decisions = by_id(select_samples(statistics, {}, 0));
  EXPECT_TRUE(decisions.at("spread").selected);
  EXPECT_EQ(decisions.at("low_poor").reason, "low_std");
  EXPECT_EQ(decisions.at("low_good").reason, "low_std");
  EXPECT_TRUE(decisions.at("high_poor").selected) << "its mean 0.075 is above the default of 0.05";

  decisions = by_id(select_samples(statistics, {.min_mean = 0.1}, 0));
  EXPECT_EQ(decisions.at("high_poor").reason, "mean_too_low");
  EXPECT_TRUE(decisions.at("spread").selected);
}

// p ~ Beta(1/2, 1/2), 8 draws each. E[p(1-p)] = 1/8; the selected tenth has more of it, the random
// control has not.
TEST(SampleFilter, FindsSamplesOfHighVariance) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform;
  constexpr int kPool = 20'000;
  std::vector<SampleStatistics> statistics;
  std::map<std::string, double> true_variance;
  for (int i = 0; i < kPool; ++i) {
    // the arcsine law
    const double p = std::pow(std::sin(uniform(random) * std::acos(-1.0) / 2), 2);
    int right = 0;
    for (int k = 0; k < 8; ++k) right += uniform(random) < p;
    statistics.push_back(choice(concat("s", i), right));
    true_variance[statistics.back().id] = p * (1 - p);
  }
  const auto mean_of = [&](const std::vector<Decision>& decisions) {
    double sum = 0;
    for (const auto& decision : decisions)
      sum += decision.selected ? true_variance.at(decision.id) : 0.0;
    return sum / static_cast<double>(num_selected(decisions));
  };
  const FilterConfig tenth{.keep = 0.1};
  EXPECT_EQ(num_selected(select_samples(statistics, tenth, 0)), kPool / 10);
  EXPECT_GE(mean_of(select_samples(statistics, tenth, 0)), 0.20);
  const FilterConfig control{.require = {}, .choose = "random", .keep = 0.1};
  EXPECT_EQ(num_selected(select_samples(statistics, control, 0)), kPool / 10);
  // 2,000 draws of a quantity with standard deviation 0.088: their mean is off by 0.002, of which
  // 0.005 is two and a half
  EXPECT_NEAR(mean_of(select_samples(statistics, control, 0)), 0.125, 0.005);
}

TEST(Requirements, Quality) {
  const FilterConfig config{
      .require = {"quality"}, .min_duration = 5.0, .max_duration = 60.0, .max_gt_fraction = 0.9};
  auto good = grounding("x", kSpread);
  good.duration = 30.0;
  good.gt_fraction = 0.2;
  EXPECT_EQ(reason_of(good, config), "selected");
  const auto changed = [&](auto change) {
    auto s = good;
    change(s);
    return reason_of(s, config);
  };
  EXPECT_EQ(changed([](auto& s) { s.num_parsed = 3; }), "unparsed") << "3 of 8 is less than half";
  EXPECT_EQ(changed([](auto& s) { s.num_parsed = 4; }), "selected");
  EXPECT_EQ(changed([](auto& s) { s.num_truncated = 5; }), "truncated");
  EXPECT_EQ(changed([](auto& s) { s.duration = 4.9; }), "too_short");
  EXPECT_EQ(changed([](auto& s) { s.duration = 60.1; }), "too_long");
  EXPECT_EQ(changed([](auto& s) { s.duration.reset(); }), "no_duration");
  EXPECT_EQ(changed([](auto& s) { s.gt_fraction = 0.95; }), "degenerate_gt");
  EXPECT_EQ(changed([](auto& s) { s.gt_fraction = 0.0; }), "degenerate_gt");
  EXPECT_EQ(changed([](auto& s) { s.gt_fraction.reset(); }), "selected")
      << "no spans, nothing to say about them";
}

TEST(Requirements, SpreadGoodAndVaried) {
  // std 0.1315, gap 0.24
  EXPECT_EQ(reason_of(grounding("gap", {.4, .4, .4, .64, .64, .64}), {}), "low_gap");
  EXPECT_EQ(reason_of(grounding("easy", {1, 1, 1, 1, 1, 1, 1, .7}), {}), "mean_too_high");
  // 1 of 8 right is 0.4375 of the largest variance, 0.075229 of 0.285714 is 0.2633
  const FilterConfig varied{.require = {"varied"}, .min_variance = 0.4};
  EXPECT_EQ(reason_of(choice("c", 1), varied), "selected");
  EXPECT_EQ(reason_of(grounding("t", kSpread), varied), "low_variance");
}

TEST(Requirements, TheFirstInTheListNamesTheReason) {
  auto s = choice("x", 0);
  s.num_parsed = 0;
  EXPECT_EQ(reason_of(s, {.require = {"quality", "mixed"}}), "unparsed");
  EXPECT_EQ(reason_of(s, {.require = {"mixed", "quality"}}), "all_wrong");
  EXPECT_EQ(reason_of(s, {.require = {}}), "selected");
}

// sqrt(w s^2 + (1-w) mean of the stratum), w = (K-1)/(K-1+4): 7/11 of 0.075229 and 4/11 of
// (0.075229 + 0.045)/2
TEST(Scores, PosteriorShrinksTheSpreadTowardsItsStratum) {
  const auto decisions = by_id(
      select_samples({grounding("spread", kSpread), grounding("high_poor", kHighPoor)}, {}, 0));
  EXPECT_NEAR(decisions.at("spread").score, std::sqrt(7.0 / 11 * 0.0752286 + 4.0 / 11 * 0.0601143),
              1e-6);
  EXPECT_NEAR(decisions.at("high_poor").score, std::sqrt(7.0 / 11 * 0.045 + 4.0 / 11 * 0.0601143),
              1e-6);
}

TEST(Scores, ByHand) {
  const auto score = [](const SampleStatistics& s, FilterConfig config) {
    return select_samples({s}, config, 0).front().score;
  };
  EXPECT_NEAR(score(choice("c", 4), {.score = "signal"}), 0.959276, 1e-6);
  EXPECT_NEAR(score(grounding("t", kSpread), {.score = "std"}), 0.274278, 1e-6);
  EXPECT_NEAR(score(choice("c", 2), {.score = "variance"}), 0.75, 1e-12);
  // mean 0.455: exp(-(0.155 / 0.2)^2 / 2)
  EXPECT_NEAR(score(grounding("t", kSpread), {.score = "gaussian"}), std::exp(-0.3003125), 1e-9);
  // population std sqrt(0.065825) squared, times (1 - 0.455)^2
  EXPECT_NEAR(score(grounding("t", kSpread), {.score = "power", .power_mean = 2}),
              0.065825 * 0.297025, 1e-6);
  EXPECT_EQ(score(choice("c", 2), {.score = "uniform"}), 1.0);
  EXPECT_THROW(score(choice("c", 2), {.score = "none"}), ConfigError);
}

TEST(Scores, AreDividedByTheDensityOfTheirMean) {
  // Means .5 .5 .5 and 0: three samples in one of 20 bins, one in another.
  const std::vector<SampleStatistics> pool = {choice("a", 4), choice("b", 4), choice("c", 4),
                                              choice("d", 0)};
  const auto decisions =
      select_samples(pool, {.require = {}, .score = "uniform", .inverse_density = true}, 0);
  EXPECT_NEAR(decisions[0].score, 1.0 / 3, 1e-12);
  EXPECT_EQ(decisions[3].score, 1.0);
}

TEST(TopK, KeepsTheBestOfAllOrOfEachStratum) {
  std::vector<SampleStatistics> statistics;
  for (int c = 1; c <= 7; ++c) statistics.push_back(choice(concat("c", c), c));
  statistics.push_back(grounding("t", kSpread));
  auto decisions = by_id(select_samples(statistics, {.keep_per_stratum = 3}, 0));
  for (const char* id : {"c3", "c4", "c5", "t"}) EXPECT_TRUE(decisions.at(id).selected) << id;
  for (const char* id : {"c1", "c2", "c6", "c7"})
    EXPECT_EQ(decisions.at(id).reason, "below_top_k") << id;
  // Over all: t has 0.274 and the others 0.227 at most.
  decisions = by_id(select_samples(statistics, {.keep = 2, .strata = {}}, 0));
  EXPECT_TRUE(decisions.at("t").selected && decisions.at("c4").selected);
  EXPECT_EQ(decisions.at("c3").reason, "below_top_k");
}

// A share is of all samples, not of those that pass: equal for every filter, so that experiments
// compare equal numbers.
TEST(TopK, AShareIsOfTheWholePool) {
  std::vector<SampleStatistics> statistics;
  for (int i = 0; i < 80; ++i)
    statistics.push_back(choice(concat("m", i), i % 2 == 0 ? 0 : 1 + i % 7));
  for (int i = 0; i < 20; ++i) statistics.push_back(grounding(concat("t", i), kSpread));
  const auto quarter = select_samples(statistics, {.keep = 0.25}, 0);
  EXPECT_EQ(num_selected(quarter, "m"), 20);
  EXPECT_EQ(num_selected(quarter, "t"), 5);
  EXPECT_EQ(num_selected(
                select_samples(statistics, {.require = {}, .choose = "random", .keep = 0.25}, 0)),
            25);
  EXPECT_EQ(num_selected(select_samples(statistics, {.keep = 0.9}, 0)), 60)
      << "no more than pass: 40 of m, 20 of t";
  EXPECT_EQ(num_selected(select_samples(statistics, {.keep_per_stratum = 0.25}, 0), "m"), 20);
}

TEST(Videos, AreCapped) {
  std::vector<SampleStatistics> statistics;
  for (int c = 1; c <= 4; ++c) statistics.push_back(choice(concat("c", c), c));
  for (auto& s : statistics) s.video = "same";
  statistics.push_back(choice("other", 1));
  const auto decisions = by_id(select_samples(statistics, {.max_per_video = 2}, 0));
  EXPECT_TRUE(decisions.at("c4").selected && decisions.at("c3").selected &&
              decisions.at("other").selected);
  EXPECT_EQ(decisions.at("c2").reason, "too_many_of_video");
  EXPECT_EQ(decisions.at("c1").reason, "too_many_of_video");
}

TEST(DifficultyMix, FillsItsBins) {
  std::vector<SampleStatistics> statistics;
  for (int i = 0; i < 100; ++i)
    for (int c = 0; c <= 8; ++c) statistics.push_back(choice(concat("c", c, "-", i), c));
  FilterConfig mix{.require = {"mixed"},
                   .keep = 100,
                   .strata = {"difficulty"},
                   .quotas = {{"hard", 0.25}, {"medium", 0.60}, {"easy", 0.15}}};
  auto decisions = select_samples(statistics, mix, 0);
  EXPECT_EQ(num_selected(decisions, "c1"), 25) << "hard: mean 1/8";
  EXPECT_EQ(num_selected(decisions, "c7"), 15) << "easy: mean 7/8";
  EXPECT_EQ(num_selected(decisions), 100);
  EXPECT_EQ(num_selected(decisions, "c0") + num_selected(decisions, "c8"), 0);

  // All right and all wrong come in where the others do not fill the bin, and not above their
  // share: 20 of 200.
  mix.keep = 200;
  mix.quotas = {{"hard", 0.75}, {"medium", 0.25}};
  mix.keep_degenerate_fraction = 0.1;
  decisions = select_samples(statistics, mix, 0);
  EXPECT_EQ(num_selected(decisions, "c1"), 100);
  EXPECT_GT(num_selected(decisions, "c0"), 0);
  EXPECT_LE(num_selected(decisions, "c0") + num_selected(decisions, "c8"), 20);
  const auto reasons = by_id(decisions);
  EXPECT_EQ(reasons.at("c7-0").reason, "no_quota");
}

// Two of three samples have weight 3, one has weight 1. The first of two drawn is the light one in
// 1 of 7 cases; with one of the heavy ones gone first, it is second in 1 of 4: 1/7 + 6/7 * 1/4 =
// 5/14.
TEST(Sampling, DrawsInProportionToTheScore) {
  const std::vector<SampleStatistics> statistics = {
      grounding("light", {0, 1.0 / 3}), grounding("heavy", {0, 1}), grounding("other", {0, 1})};
  const FilterConfig config{
      .require = {}, .score = "power", .power_std = 1, .choose = "sample", .keep = 2, .strata = {}};
  constexpr int kSeeds = 20'000;
  int drawn = 0;
  for (int seed = 0; seed < kSeeds; ++seed)
    drawn += select_samples(statistics, config, static_cast<uint64_t>(seed))[0].selected;
  EXPECT_NEAR(drawn / double{kSeeds}, 5.0 / 14, 0.015) << "three standard errors are 0.010";
}

TEST(Sampling, GaussianPrefersMeansNearItsOwn) {
  std::vector<SampleStatistics> statistics;
  for (int i = 0; i < 300; ++i) statistics.push_back(choice(concat("near", i), 2));
  for (int i = 0; i < 300; ++i) statistics.push_back(choice(concat("far", i), 7));
  const auto decisions = select_samples(
      statistics,
      {.require = {}, .score = "gaussian", .choose = "sample", .keep = 100, .strata = {}}, 5);
  // Weights exp(-(0.05/0.2)^2/2) = 0.969 and exp(-(0.575/0.2)^2/2) = 0.016
  EXPECT_GT(num_selected(decisions, "near"), 90);
  EXPECT_EQ(by_id(decisions).at("far0").reason, "not_drawn");
}

// The control arm keeps as many of each task, but any.
TEST(Random, KeepsAsManyOfEachStratum) {
  std::vector<SampleStatistics> statistics;
  for (int i = 0; i < 90; ++i) statistics.push_back(choice(concat("m", i), i % 9));
  for (int i = 0; i < 30; ++i)
    statistics.push_back(grounding(concat("t", i), i % 3 == 0 ? kSpread : kLowGood));
  const auto by_rule = select_samples(statistics, {}, 1),
             random = select_samples(statistics, {.choose = "random"}, 1);
  EXPECT_EQ(num_selected(by_rule), 70 + 10);  // 7 of each 9, 1 of each 3
  EXPECT_EQ(num_selected(random), num_selected(by_rule));
  EXPECT_EQ(num_selected(random, "t"), 10);
  const auto decided = by_id(random);
  int degenerate = 0;
  for (const auto& s : statistics)
    degenerate +=
        decided.at(s.id).selected && !s.reward.continuous && s.reward.num_correct % 8 == 0;
  EXPECT_GT(degenerate, 0) << "the control must not look at the rewards";
  const auto other_seed = select_samples(statistics, {.choose = "random"}, 2);
  EXPECT_FALSE(std::equal(random.begin(), random.end(), other_seed.begin(),
                          [](const auto& a, const auto& b) { return a.selected == b.selected; }));
}

TEST(SelectSamples, DoesNotDependOnTheOrderOfSamples) {
  std::vector<SampleStatistics> statistics;
  for (int i = 0; i < 50; ++i) statistics.push_back(choice(concat("s", i), i % 9));
  for (int i = 0; i < 50; ++i)
    statistics.push_back(grounding(concat("t", i), {i / 100.0, 0.5, 1.0 / (1 + i)}));
  auto reversed = statistics;
  std::reverse(reversed.begin(), reversed.end());
  for (const char* choose : {"top_k", "sample", "random"}) {
    const FilterConfig config{.choose = choose, .keep_per_stratum = 7};  // cuts inside a tie
    const auto forward = by_id(select_samples(statistics, config, 3)),
               backward = by_id(select_samples(reversed, config, 3));
    for (const auto& [id, decision] : forward) {
      EXPECT_EQ(decision.selected, backward.at(id).selected) << choose << " " << id;
      EXPECT_EQ(decision.score, backward.at(id).score) << choose << " " << id;
      EXPECT_EQ(decision.reason, backward.at(id).reason) << choose << " " << id;
    }
  }
}

TEST(SelectSamples, DecidesInTheOrderGiven) {
  const auto decisions =
      select_samples({choice("b", 0), choice("a", 4)}, {.keep_per_stratum = 1}, 0);
  ASSERT_EQ(decisions.size(), 2U);
  EXPECT_EQ(decisions[0].id, "b");
  EXPECT_EQ(decisions[1].id, "a");
  EXPECT_TRUE(select_samples({}, {}, 0).empty());
}

}  // namespace vrlt::selection
