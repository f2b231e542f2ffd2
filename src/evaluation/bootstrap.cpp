#include "evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::evaluation {
namespace {

/// The clusters of some samples, in the order of their first sample.
struct Clusters {
  std::vector<size_t> of_sample;
  std::vector<double> sizes;

  explicit Clusters(const std::vector<std::string>& keys) {
    std::unordered_map<std::string, size_t> index;
    for (const auto& key : keys) {
      const auto [found, is_new] = index.emplace(key, sizes.size());
      if (is_new) sizes.push_back(0.0);
      of_sample.push_back(found->second);
      sizes[found->second] += 1.0;
    }
  }

  std::vector<double> sums(const std::vector<double>& values) const {
    std::vector<double> sums(sizes.size(), 0.0);
    for (size_t i = 0; i < values.size(); ++i) sums[of_sample[i]] += values[i];
    return sums;
  }
};

/// How often each cluster is drawn.
void draw_clusters(uint64_t seed, uint64_t draw, std::vector<double>& times) {
  std::fill(times.begin(), times.end(), 0.0);
  for (size_t i = 0; i < times.size(); ++i)
    times[random_bits(seed, 0, draw, i) % times.size()] += 1.0;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

Estimate estimate_of(const std::vector<double>& values, const std::vector<double>& sums,
                     const Clusters& clusters, std::vector<double> means) {
  double total = 0.0;
  for (const double value : values) total += value;
  std::sort(means.begin(), means.end());
  const auto quantile = [&](double q) {
    return means[static_cast<size_t>(std::lround(q * static_cast<double>(means.size() - 1)))];
  };
  const auto count = static_cast<double>(values.size());
  Estimate estimate{.mean = total / count,
                    .low = quantile(0.025),
                    .high = quantile(0.975),
                    .count = static_cast<int64_t>(values.size())};
  double squares = 0.0;
  for (size_t c = 0; c < sums.size(); ++c)
    squares += std::pow(sums[c] - clusters.sizes[c] * estimate.mean, 2);
  estimate.standard_error = std::sqrt(squares) / count;
  return estimate;
}

/// Continued fraction of the incomplete beta function, by Lentz's method. Source: DLMF 8.17.22.
double beta_fraction(double x, double a, double b) {
  constexpr double kTiny = 1e-300, kPrecise = 1e-14;
  const auto nonzero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1.0, d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0)), fraction = d;
  for (int m = 1; m < 1000; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    double change = 1.0;
    for (const double term : {even, odd}) {
      d = 1.0 / nonzero(1.0 + term * d);
      c = nonzero(1.0 + term / c);
      change = c * d;
      fraction *= change;
    }
    if (std::abs(change - 1.0) < kPrecise) break;
  }
  return fraction;
}

double incomplete_beta(double x, double a, double b) {
  if (x <= 0.0 || x >= 1.0) return x <= 0.0 ? 0.0 : 1.0;
  if (x > (a + 1.0) / (a + b + 2.0)) return 1.0 - incomplete_beta(1.0 - x, b, a);
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  return front * beta_fraction(x, a, b) / a;
}

}  // namespace

std::vector<Estimate> bootstrap_means(const std::vector<const std::vector<double>*>& columns,
                                      const std::vector<std::string>& keys, uint64_t seed,
                                      int64_t resamples) {
  VRLT_CHECK(!keys.empty() && resamples > 0, keys.size(), " samples, ", resamples, " resamples");
  const Clusters clusters(keys);
  std::vector<std::vector<double>> sums;
  for (const auto* values : columns) {
    VRLT_CHECK(values->size() == keys.size(), values->size(), " values, ", keys.size(),
               " clusters");
    sums.push_back(clusters.sums(*values));
  }
  std::vector<std::vector<double>> means(columns.size());
  std::vector<double> times(clusters.sizes.size());
  for (int64_t draw = 0; draw < resamples; ++draw) {
    draw_clusters(seed, static_cast<uint64_t>(draw), times);
    const double count = dot(times, clusters.sizes);
    for (size_t k = 0; k < columns.size(); ++k) means[k].push_back(dot(times, sums[k]) / count);
  }
  std::vector<Estimate> estimates;
  for (size_t k = 0; k < columns.size(); ++k)
    estimates.push_back(estimate_of(*columns[k], sums[k], clusters, std::move(means[k])));
  return estimates;
}

Estimate bootstrap_mean(const std::vector<double>& values, const std::vector<std::string>& clusters,
                        uint64_t seed, int64_t resamples) {
  VRLT_CHECK(values.size() == clusters.size(), values.size(), " values, ", clusters.size(),
             " clusters");
  if (values.empty()) return {};
  return bootstrap_means({&values}, clusters, seed, resamples).front();
}

std::pair<double, double> wilson_interval(double share, int64_t trials) {
  constexpr double z = 1.959963984540054;  // the 97.5 % quantile of the normal distribution
  const auto n = static_cast<double>(trials);
  const double centre = share + z * z / (2 * n),
               half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n)),
               scale = 1 + z * z / n;
  return {std::max(0.0, (centre - half) / scale), std::min(1.0, (centre + half) / scale)};
}

double student_p(double t, double degrees) {
  return incomplete_beta(degrees / (degrees + t * t), degrees / 2.0, 0.5);
}

}  // namespace vrlt::evaluation
