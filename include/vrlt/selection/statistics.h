#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::selection {

/// What K responses say about one sample. Rewards are the accuracy terms only, not the format; an unreadable response counts 0.
struct SampleStatistics {
  std::string id, task;
  bool continuous = false;  ///< false: every reward is 0 or 1.
  std::vector<double> rewards;
  int64_t num_parsed = 0, num_truncated = 0;
  double mean_length = 0.0;
  double mean = 0.0, variance = 0.0, std = 0.0;  ///< Sample variance (K-1).
  double min = 0.0, max = 0.0, gap = 0.0, q25 = 0.0, q75 = 0.0;
  int64_t num_correct = 0;          ///< Rewards equal to 1; of continuous ones those of at least 0.5.
  double posterior_variance = 0.0;  ///< E[p(1-p)] under Beta(1 + c, 1 + K - c).
};

/// Fills everything that follows from `rewards`. @throws ContractError without rewards.
void compute_statistics(SampleStatistics& statistics);

/// 1 - C(K-c, k) / C(K, k): the chance that one of k responses is right. Source: arXiv:2107.03374.
double pass_at_k(int64_t num_rewards, int64_t num_correct, int64_t k);

io::Json to_json(const SampleStatistics& statistics);

}  // namespace vrlt::selection
