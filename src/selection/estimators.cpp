#include "vrlt/selection/estimators.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

BetaPrior posterior(const Successes& seen, const BetaPrior& prior) {
  VRLT_CHECK(seen.correct >= 0 && seen.correct <= seen.draws, seen.correct, " right of ",
             seen.draws);
  return {prior.alpha + static_cast<double>(seen.correct),
          prior.beta + static_cast<double>(seen.draws - seen.correct)};
}

/// E[p^n] under Beta(alpha, beta).
double raised_mean(const BetaPrior& belief, int64_t n) {
  double product = 1.0;
  for (int64_t i = 0; i < n; ++i)
    product *= (belief.alpha + static_cast<double>(i)) /
               (belief.alpha + belief.beta + static_cast<double>(i));
  return product;
}

double spread_mean(const BetaPrior& b) {
  const double n = b.alpha + b.beta;
  return b.alpha * b.beta / (n * (n + 1.0));
}

}  // namespace

double pass_at_k(const Successes& seen, int64_t k) {
  VRLT_CHECK(k >= 1 && k <= seen.draws && seen.correct >= 0 && seen.correct <= seen.draws, "pass@",
             k, " of ", seen.draws);
  const int64_t wrong = seen.draws - seen.correct;
  if (wrong < k) return 1.0;
  double all_wrong = 1.0;
  for (int64_t i = 0; i < k; ++i)
    all_wrong *= static_cast<double>(wrong - i) / static_cast<double>(seen.draws - i);
  return 1.0 - all_wrong;
}

double posterior_variance(const Successes& seen, const BetaPrior& prior) {
  return spread_mean(posterior(seen, prior));
}

double posterior_variance_error(const Successes& seen, const BetaPrior& prior) {
  const auto b = posterior(seen, prior);
  const double n = b.alpha + b.beta, mean = spread_mean(b);
  // E[p^2 (1-p)^2] = alpha (alpha+1) beta (beta+1) / (n (n+1) (n+2) (n+3))
  const double squares =
      b.alpha * (b.alpha + 1.0) * b.beta * (b.beta + 1.0) / (n * (n + 1.0) * (n + 2.0) * (n + 3.0));
  return std::sqrt(std::max(0.0, squares - mean * mean));
}

double all_right_probability(const Successes& seen, int64_t group_size, const BetaPrior& prior) {
  return raised_mean(posterior(seen, prior), group_size);
}

double all_wrong_probability(const Successes& seen, int64_t group_size, const BetaPrior& prior) {
  const auto b = posterior(seen, prior);
  return raised_mean({b.beta, b.alpha}, group_size);
}

double mixed_probability(const Successes& seen, int64_t group_size, const BetaPrior& prior) {
  return 1.0 - all_right_probability(seen, group_size, prior) -
         all_wrong_probability(seen, group_size, prior);
}

double looks_all_same_probability(double p, int64_t draws) {
  const auto k = static_cast<double>(draws);
  return std::pow(p, k) + std::pow(1.0 - p, k);
}

double largest_variance(int64_t draws) {
  VRLT_CHECK(draws >= 2, "the variance of ", draws, " rewards");
  const auto k = static_cast<double>(draws);
  return draws % 2 == 0 ? k / (4.0 * (k - 1.0)) : (k + 1.0) / (4.0 * k);
}

double variance_error(double variance, double fourth_moment, int64_t draws) {
  VRLT_CHECK(draws >= 2, "the variance of ", draws, " rewards");
  const auto k = static_cast<double>(draws);
  return std::sqrt(std::max(0.0, fourth_moment - variance * variance * (k - 3.0) / (k - 1.0)) / k);
}

}  // namespace vrlt::selection
