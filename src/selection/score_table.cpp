#include "vrlt/selection/score_table.h"

#include <cmath>

#include "vrlt/core/named_table.h"

namespace vrlt::selection {
namespace {

/// Weight of a sample's own variance against that of its stratum; the prior counts as 4 draws.
/// Source: docs/spec/selection.md#criteria.
double own_weight(int64_t num_draws) {
  constexpr double kPrior = 4.0;
  const double draws = static_cast<double>(num_draws) - 1.0;
  return draws / (draws + kPrior);
}

double posterior(const ScoreInput& in) {
  const auto& reward = in.sample.reward;
  return reward.continuous ? shrunk_std(reward, in.stratum_variance)
                           : posterior_variance(reward.successes());
}

double signal(const ScoreInput& in) {
  return mixed_probability(in.sample.reward.successes(), in.config.predict_group_size);
}

double gaussian(const ScoreInput& in) {
  const double distance =
      (in.sample.reward.mean - in.config.gaussian_mean) / in.config.gaussian_std;
  return std::exp(-0.5 * distance * distance);
}

double power(const ScoreInput& in) {
  constexpr double kEpsilon = 1e-8;
  const auto& reward = in.sample.reward;
  const double std = std::sqrt(reward.population_variance);  // TimeLens2 divides by K
  return std::pow(std + kEpsilon, in.config.power_std) *
         std::pow(1.0 - reward.mean + kEpsilon, in.config.power_mean);
}

constexpr Score kScores[] = {
    {"posterior",
     "0-or-1 rewards: E[p(1-p)] after the draws; others: standard deviation shrunk towards the "
     "stratum's",
     posterior},
    {"signal",
     "chance that a group of predict_group_size has right and wrong answers, a reward of 0.5 being "
     "right",
     signal},
    {"std", "standard deviation", [](const ScoreInput& in) { return in.sample.reward.std; }},
    {"variance", "variance over the largest possible (VCRL)",
     [](const ScoreInput& in) { return normalized_variance(in.sample.reward); }},
    {"gaussian", "exp(-(mean - gaussian_mean)^2 / (2 gaussian_std^2))", gaussian},
    {"power", "std^power_std (1 - mean)^power_mean", power},
    {"uniform", "1: all alike", [](const ScoreInput&) { return 1.0; }},
};

}  // namespace

std::span<const Score> score_table() { return kScores; }
const Score& find_score(const std::string& name) { return find_row(kScores, name, "score"); }

double shrunk_std(const RewardStatistics& reward, double stratum_variance) {
  const double weight = own_weight(reward.draws());
  return std::sqrt(weight * reward.variance + (1.0 - weight) * stratum_variance);
}

double posterior_score_error(const RewardStatistics& reward, double stratum_variance) {
  if (!reward.continuous) return posterior_variance_error(reward.successes());
  const double score = shrunk_std(reward, stratum_variance);
  // d sqrt(w s^2 + ..) = w d(s^2) / (2 sqrt(..))
  return score > 0 ? own_weight(reward.draws()) * variance_error(reward) / (2.0 * score) : 0.0;
}

}  // namespace vrlt::selection
