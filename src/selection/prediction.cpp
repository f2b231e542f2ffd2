#include "vrlt/selection/prediction.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

double log_beta(double a, double b) { return std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b); }

double log_likelihood(const SuccessCounts& counts, const BetaPrior& prior) {
  double sum = 0.0;
  for (const auto& [seen, weight] : counts) {
    const auto correct = static_cast<double>(seen.second),
               wrong = static_cast<double>(seen.first - seen.second);
    sum += weight * (log_beta(prior.alpha + correct, prior.beta + wrong) -
                     log_beta(prior.alpha, prior.beta));
  }
  return sum;
}

/// Value -> how many of the rewards have it.
std::map<double, int64_t> repeats(const RewardStatistics& reward) {
  std::map<double, int64_t> counts;
  for (const double value : reward.rewards) ++counts[value];
  return counts;
}

std::string key_of(const SampleStatistics& s) {
  return s.task + (s.reward.continuous ? " continuous" : " discrete");
}

}  // namespace

BetaPrior fit_prior(const SuccessCounts& counts) {
  constexpr int kSteps = 10, kRounds = 6;
  constexpr double kLogBound = 4.605170185988092;  // log 100
  double alpha = 0.0, beta = 0.0, reach = kLogBound;
  // Search on a grid of logarithms that becomes finer around the best point: the likelihood has one
  // maximum, and it may lie on the border.
  for (int round = 0; round < kRounds; ++round, reach /= 3.0) {
    const double middle_alpha = alpha, middle_beta = beta;
    double best = -INFINITY;
    for (int i = -kSteps; i <= kSteps; ++i)
      for (int j = -kSteps; j <= kSteps; ++j) {
        const double a = std::clamp(middle_alpha + reach * i / kSteps, -kLogBound, kLogBound);
        const double b = std::clamp(middle_beta + reach * j / kSteps, -kLogBound, kLogBound);
        const double value = log_likelihood(counts, {std::exp(a), std::exp(b)});
        if (value <= best) continue;
        best = value;
        alpha = a;
        beta = b;
      }
  }
  return {std::exp(alpha), std::exp(beta)};
}

SignalPrediction::SignalPrediction(const std::vector<SampleStatistics>& pool) {
  std::map<std::string, SuccessCounts> counts;
  for (const auto& s : pool) {
    auto& of_task = counts[key_of(s)];
    const int64_t draws = s.reward.draws();
    if (s.reward.continuous) {
      for (const auto& [value, count] : repeats(s.reward))
        of_task[{draws - 1, count - 1}] += static_cast<double>(count) / static_cast<double>(draws);
    } else {
      of_task[{draws, s.reward.num_correct}] += 1.0;
    }
  }
  for (const auto& [key, of_task] : counts) priors_[key] = fit_prior(of_task);
}

const BetaPrior& SignalPrediction::prior_of(const SampleStatistics& sample) const {
  const auto found = priors_.find(key_of(sample));
  VRLT_CHECK(found != priors_.end(), sample.id, " is not of the pool");
  return found->second;
}

double SignalPrediction::no_signal_probability(const SampleStatistics& sample,
                                               int64_t group_size) const {
  const auto& prior = prior_of(sample);
  const auto& reward = sample.reward;
  if (!reward.continuous) return 1.0 - mixed_probability(reward.successes(), group_size, prior);
  const int64_t draws = reward.draws();
  double probability = 0.0;
  for (const auto& [value, count] : repeats(reward))
    probability += static_cast<double>(count) / static_cast<double>(draws) *
                   all_right_probability({draws - 1, count - 1}, group_size - 1, prior);
  return probability;
}

double SignalPrediction::expected_all_same(const SampleStatistics& sample) const {
  const auto& prior = prior_of(sample);
  const int64_t draws = sample.reward.draws();
  return sample.reward.continuous ? all_right_probability({0, 0}, draws - 1, prior)
                                  : 1.0 - mixed_probability({0, 0}, draws, prior);
}

}  // namespace vrlt::selection
