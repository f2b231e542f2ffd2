#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vrlt::evaluation {

/// A mean with its 95 % percentile bootstrap interval, in which whole clusters are drawn (questions
/// on one video go together).
struct Estimate {
  double mean = 0.0, low = 0.0, high = 0.0;
  /// Clustered: sqrt of the sum over clusters of (sum of deviations)^2, over n.
  double standard_error = 0.0;
  int64_t count = 0;
};

inline constexpr uint64_t kBootstrapSeed = 1234;
inline constexpr int64_t kBootstrapResamples = 1000;

/// @param clusters  one key per value. For a paired comparison give differences. No values: all
/// zero, count 0.
Estimate bootstrap_mean(const std::vector<double>& values, const std::vector<std::string>& clusters,
                        uint64_t seed = kBootstrapSeed, int64_t resamples = kBootstrapResamples);

/// The same for several columns of values about the same samples, which share the draws. Columns
/// may not be empty.
std::vector<Estimate> bootstrap_means(const std::vector<const std::vector<double>*>& columns,
                                      const std::vector<std::string>& clusters,
                                      uint64_t seed = kBootstrapSeed,
                                      int64_t resamples = kBootstrapResamples);

/// Wilson's 95 % interval of a share of `trials`. It bounds the mean of values in [0, 1] too, whose
/// variance is at most that of a share. Source: Wilson, JASA 22 (1927).
/// @param share  in [0, 1]. @param trials  at least 1.
std::pair<double, double> wilson_interval(double share, int64_t trials);

/// Two-sided p of a mean difference that is t standard errors from 0, by Student's distribution.
/// @param degrees  of freedom, at least 1.
double student_p(double t, double degrees);

}  // namespace vrlt::evaluation
