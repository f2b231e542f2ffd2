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

}  // namespace

void compute_statistics(SampleStatistics& s) {
  VRLT_CHECK(!s.rewards.empty(), s.id, " has no rewards");
  auto sorted = s.rewards;
  std::sort(sorted.begin(), sorted.end());
  const auto count = static_cast<double>(sorted.size());
  double above_least = 0.0;  // equal rewards must have exactly their value as mean, and so no variance
  for (const double reward : sorted) above_least += reward - sorted.front();
  s.mean = sorted.front() + above_least / count;
  double squares = 0.0;
  for (const double reward : sorted) squares += (reward - s.mean) * (reward - s.mean);
  s.variance = sorted.size() > 1 ? squares / (count - 1) : 0.0;
  s.std = std::sqrt(s.variance);
  s.min = sorted.front();
  s.max = sorted.back();
  s.gap = s.max - s.min;
  s.q25 = quantile(sorted, 0.25);
  s.q75 = quantile(sorted, 0.75);
  const double threshold = s.continuous ? 0.5 : 1.0;
  s.num_correct = std::count_if(sorted.begin(), sorted.end(), [&](double reward) { return reward >= threshold; });
  const double alpha = 1.0 + static_cast<double>(s.num_correct), beta = 1.0 + count - static_cast<double>(s.num_correct);
  s.posterior_variance = alpha * beta / ((alpha + beta) * (alpha + beta + 1.0));
}

double pass_at_k(int64_t num_rewards, int64_t num_correct, int64_t k) {
  VRLT_CHECK(k >= 1 && k <= num_rewards && num_correct >= 0 && num_correct <= num_rewards, "pass@", k, " of ", num_rewards);
  if (num_rewards - num_correct < k) return 1.0;
  double all_wrong = 1.0;
  for (int64_t i = 0; i < k; ++i) all_wrong *= static_cast<double>(num_rewards - num_correct - i) / static_cast<double>(num_rewards - i);
  return 1.0 - all_wrong;
}

io::Json to_json(const SampleStatistics& s) {
  const auto k = static_cast<int64_t>(s.rewards.size());
  io::Json json = {{"id", s.id},
                   {"task", s.task},
                   {"mode", s.continuous ? "continuous" : "discrete"},
                   {"K", k},
                   {"n_parsed", s.num_parsed},
                   {"n_truncated", s.num_truncated},
                   {"mean_len", s.mean_length},
                   {"rewards", s.rewards},
                   {"mean", s.mean},
                   {"var", s.variance},
                   {"std", s.std},
                   {"min", s.min},
                   {"max", s.max},
                   {"gap", s.gap},
                   {"q25", s.q25},
                   {"q75", s.q75},
                   {"c", s.num_correct},
                   {"post_var", s.posterior_variance}};
  for (int64_t n = 1; n <= k; n *= 2) json["pass@" + std::to_string(n)] = pass_at_k(k, s.num_correct, n);
  return json;
}

}  // namespace vrlt::selection
