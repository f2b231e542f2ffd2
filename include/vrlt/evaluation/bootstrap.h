#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::evaluation {

/// A mean with its 95 % percentile bootstrap interval, in which whole clusters are drawn (questions on one video go together).
struct Estimate {
  double mean = 0.0, low = 0.0, high = 0.0;
  double standard_error = 0.0;  ///< Clustered: sqrt of the sum over clusters of (sum of deviations)^2, over n.
  int64_t count = 0;
};

/// @param clusters  one key per value. For a paired comparison give differences. No values: all zero, count 0.
Estimate bootstrap_mean(const std::vector<double>& values, const std::vector<std::string>& clusters, uint64_t seed = 0, int64_t resamples = 2000);

}  // namespace vrlt::evaluation
