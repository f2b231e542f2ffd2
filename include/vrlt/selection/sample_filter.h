#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// Which samples carry signal. Defaults of the two rules are for K = 8.
struct FilterConfig {
  std::string rule = "variance";  ///< variance: the rules below; random: as many, at random (the control of an experiment).
  int64_t min_correct = 1;        ///< Discrete rewards: at least so many right ...
  int64_t min_wrong = 1;          ///< ... and so many wrong.
  double min_std = 0.10;          ///< Continuous rewards: spread,
  double min_gap = 0.25;          ///< distance of the best from the worst,
  double min_mean = 0.05;         ///< and a band for the mean.
  double max_mean = 0.90;
  int64_t top_k_per_task = 0;  ///< Keep the best scores of each task; 0: all that pass.
};

/// What was decided about one sample.
struct Decision {
  std::string id;
  bool selected = false;
  double score = 0.0;  ///< Higher carries more signal.
  std::string reason;  ///< selected; all_right, all_wrong, low_std, low_gap, mean_too_low, mean_too_high, below_top_k, not_drawn.
};

/// One decision per sample, in their order: a pure function of (statistics, config, seed), ties broken by a hash of the id.
/// The score of discrete rewards is the posterior variance of the success probability; of continuous ones the standard
/// deviation shrunk towards that of their task, since a variance of few draws is noisy.
std::vector<Decision> select_samples(const std::vector<SampleStatistics>& statistics, const FilterConfig& config, uint64_t seed);

}  // namespace vrlt::selection
