#pragma once

#include <span>
#include <string>

#include "vrlt/selection/filter_config.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// What a score may look at.
struct ScoreInput {
  const SampleStatistics& sample;
  const FilterConfig& config;
  double stratum_variance;  ///< Mean sample variance of the continuous rewards of its stratum.
};

/// One row of the table of scores: finite, at least 0, larger for what is wanted more. Also the
/// weight of a sample that is drawn.
struct Score {
  const char* name;
  const char* help;
  double (*value)(const ScoreInput& input);
};

std::span<const Score> score_table();

/// @throws ConfigError listing the known names.
const Score& find_score(const std::string& name);

/// Standard deviation of a sample shrunk towards its stratum, sqrt(w s^2 + (1 - w)
/// stratum_variance) with w = (K-1) / (K-1 + 4): a variance of few draws is noisy, and the best of
/// many noisy ones are best by luck.
double shrunk_std(const RewardStatistics& reward, double stratum_variance);

/// How far the score `posterior` may be off, one standard deviation.
double posterior_score_error(const RewardStatistics& reward, double stratum_variance);

}  // namespace vrlt::selection
