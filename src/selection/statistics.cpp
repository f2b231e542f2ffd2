#include "vrlt/selection/statistics.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

/// Linear interpolation between order statistics, as numpy's default.
double quantile(const std::vector<double>& sorted, double q) {
  const double place = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<size_t>(place);
  const size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (place - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

int64_t count_from(const std::vector<double>& rewards, double threshold) {
  return std::count_if(rewards.begin(), rewards.end(),
                       [&](double reward) { return reward >= threshold; });
}

}  // namespace

RewardStatistics reward_statistics(std::vector<double> rewards, bool continuous) {
  VRLT_CHECK(!rewards.empty(), "statistics of no rewards");
  RewardStatistics s{.continuous = continuous, .rewards = std::move(rewards)};
  auto sorted = s.rewards;
  std::sort(sorted.begin(), sorted.end());
  const auto count = static_cast<double>(sorted.size());
  // equal rewards must have exactly their value as mean, and so no variance
  double above_least = 0.0;
  for (const double reward : sorted) above_least += reward - sorted.front();
  s.mean = sorted.front() + above_least / count;
  double squares = 0.0;
  for (const double reward : sorted) squares += (reward - s.mean) * (reward - s.mean);
  s.variance = sorted.size() > 1 ? squares / (count - 1) : 0.0;
  s.population_variance = squares / count;
  s.std = std::sqrt(s.variance);
  s.min = sorted.front();
  s.max = sorted.back();
  s.gap = s.max - s.min;
  s.q25 = quantile(sorted, 0.25);
  s.q75 = quantile(sorted, 0.75);
  s.num_correct = count_from(sorted, continuous ? 0.5 : 1.0);
  if (continuous)
    for (size_t i = 0; i < kThresholds.size(); ++i)
      s.num_above[i] = count_from(sorted, kThresholds[i]);
  return s;
}

double normalized_variance(const RewardStatistics& reward) {
  return reward.draws() < 2 ? 0.0 : reward.variance / largest_variance(reward.draws());
}

double variance_error(const RewardStatistics& reward) {
  double fourth = 0.0;
  for (const double value : reward.rewards) fourth += std::pow(value - reward.mean, 4);
  return variance_error(reward.population_variance, fourth / static_cast<double>(reward.draws()),
                        reward.draws());
}

}  // namespace vrlt::selection
