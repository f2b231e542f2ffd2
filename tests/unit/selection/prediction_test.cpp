// How well the share of groups without signal is predicted: simulated pools whose truth is known.
#include "vrlt/selection/prediction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tests/unit/selection/selection_fixtures.h"
#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

constexpr int kPool = 2'000;
constexpr int64_t kGroup = 8;

/// p from the arcsine law, Beta(1/2, 1/2): most samples are nearly always right or nearly always
/// wrong.
double arcsine(std::mt19937_64& random) {
  return std::pow(std::sin(std::uniform_real_distribution<double>()(random) * std::acos(-1.0) / 2),
                  2);
}

struct Simulated {
  std::vector<SampleStatistics> pool;
  std::vector<double> no_signal;  ///< True probability of each.
};

Simulated discrete_pool(int draws) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform;
  Simulated simulated;
  for (int i = 0; i < kPool; ++i) {
    const double p = arcsine(random);
    int right = 0;
    for (int k = 0; k < draws; ++k) right += uniform(random) < p;
    simulated.pool.push_back(choice(concat("s", i), right, draws));
    simulated.no_signal.push_back(std::pow(p, kGroup) + std::pow(1 - p, kGroup));
  }
  return simulated;
}

/// With probability p nothing is hit, otherwise the overlap is some number.
Simulated continuous_pool(int draws) {
  std::mt19937_64 random(4);
  std::uniform_real_distribution<double> uniform;
  Simulated simulated;
  for (int i = 0; i < kPool; ++i) {
    const double p = arcsine(random);
    std::vector<double> rewards;
    for (int k = 0; k < draws; ++k) rewards.push_back(uniform(random) < p ? 0.0 : uniform(random));
    simulated.pool.push_back(grounding(concat("s", i), rewards));
    simulated.no_signal.push_back(std::pow(p, kGroup));
  }
  return simulated;
}

struct Shares {
  double predicted = 0.0, truth = 0.0, by_flat_prior = 0.0;
};

Shares shares_of_selected(const Simulated& simulated) {
  const SignalPrediction prediction(simulated.pool);
  const auto decisions = select_samples(simulated.pool, {}, 0);
  Shares shares;
  double count = 0;
  for (size_t i = 0; i < decisions.size(); ++i) {
    if (!decisions[i].selected) continue;
    shares.predicted += prediction.no_signal_probability(simulated.pool[i], kGroup);
    shares.by_flat_prior += 1 - mixed_probability(simulated.pool[i].reward.successes(), kGroup);
    shares.truth += simulated.no_signal[i];
    ++count;
  }
  return {shares.predicted / count, shares.truth / count, shares.by_flat_prior / count};
}

}  // namespace

TEST(FitPrior, FindsTheBetaThatCountsCameFrom) {
  // The beta-binomial of Beta(1/2, 1/2): 8 draws in the proportions of its probabilities, C(8,c)
  // B(c+1/2, 8-c+1/2) / B(1/2, 1/2).
  SuccessCounts counts;
  for (int64_t c = 0; c <= 8; ++c) {
    const auto log_choose = std::lgamma(9.0) - std::lgamma(c + 1.0) - std::lgamma(9.0 - c);
    counts[{8, c}] =
        1e4 *
        std::exp(log_choose + std::lgamma(c + 0.5) + std::lgamma(8.5 - c) - std::lgamma(9.0)) /
        std::acos(-1.0);
  }
  const auto prior = fit_prior(counts);
  EXPECT_NEAR(prior.alpha, 0.5, 0.02) << "the grid's last step is 2 %";
  EXPECT_NEAR(prior.beta, 0.5, 0.02);
}

TEST(FitPrior, StaysFiniteWhereNothingVaries) {
  const auto prior = fit_prior({{{8, 0}, 100.0}});
  EXPECT_NEAR(prior.alpha, 0.01, 1e-6);
  EXPECT_TRUE(std::isfinite(prior.beta));
}

TEST(SignalPrediction, OfChoicesIsNearTheTruthAmongTheSelected) {
  for (const int draws : {4, 8, 16}) {
    const auto shares = shares_of_selected(discrete_pool(draws));
    EXPECT_NEAR(shares.predicted, shares.truth, 0.015) << draws;
  }
  const auto shares = shares_of_selected(discrete_pool(4));
  EXPECT_LT(std::abs(shares.predicted - shares.truth),
            std::abs(shares.by_flat_prior - shares.truth))
      << "a flat prior does not know the pool";
}

// Two points where four draws say little; a Beta is not quite what the chance of a repeated reward
// is distributed by.
TEST(SignalPrediction, OfOverlapsIsNearTheTruthAmongTheSelected) {
  for (const int draws : {4, 8, 16}) {
    const auto shares = shares_of_selected(continuous_pool(draws));
    EXPECT_NEAR(shares.predicted, shares.truth, draws == 4 ? 0.02 : 0.01) << draws;
  }
}

TEST(SignalPrediction, OfRewardsThatAreAlwaysTheSame) {
  const std::vector<SampleStatistics> pool = {grounding("a", {.5, .5, .5, .5}),
                                              grounding("b", {.2, .2, .2, .2})};
  EXPECT_GT(SignalPrediction(pool).no_signal_probability(pool[0], 8), 0.95);
  EXPECT_THROW(SignalPrediction(pool).no_signal_probability(choice("c", 3), 8), ContractError)
      << "of no task of the pool";
}

}  // namespace vrlt::selection
