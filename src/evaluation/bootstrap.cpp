#include "vrlt/evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::evaluation {

Estimate bootstrap_mean(const std::vector<double>& values, const std::vector<std::string>& clusters, uint64_t seed, int64_t resamples) {
  VRLT_CHECK(values.size() == clusters.size() && resamples > 0, values.size(), " values, ", clusters.size(), " clusters");
  if (values.empty()) return {};
  struct Cluster {
    double sum = 0.0, count = 0.0;
  };
  std::map<std::string, Cluster> by_key;
  double total = 0.0;
  for (size_t i = 0; i < values.size(); ++i) {
    auto& cluster = by_key[clusters[i]];
    cluster.sum += values[i];
    cluster.count += 1.0;
    total += values[i];
  }
  std::vector<Cluster> list;
  for (const auto& [key, cluster] : by_key) list.push_back(cluster);

  std::vector<double> means;
  for (int64_t draw = 0; draw < resamples; ++draw) {
    double sum = 0.0, count = 0.0;
    for (size_t i = 0; i < list.size(); ++i) {
      const auto& cluster = list[random_bits(seed, 0, static_cast<uint64_t>(draw), i) % list.size()];
      sum += cluster.sum;
      count += cluster.count;
    }
    means.push_back(sum / count);
  }
  std::sort(means.begin(), means.end());
  const auto quantile = [&](double q) { return means[static_cast<size_t>(std::lround(q * static_cast<double>(means.size() - 1)))]; };
  Estimate estimate{.mean = total / static_cast<double>(values.size()),
                    .low = quantile(0.025),
                    .high = quantile(0.975),
                    .count = static_cast<int64_t>(values.size())};
  double squares = 0.0;
  for (const auto& cluster : list) squares += std::pow(cluster.sum - cluster.count * estimate.mean, 2);
  estimate.standard_error = std::sqrt(squares) / static_cast<double>(values.size());
  return estimate;
}

}  // namespace vrlt::evaluation
