#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/selection/filter_config.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// What was decided about one sample.
struct Decision {
  std::string id, stratum;
  bool selected = false;
  double score = 0.0;  ///< Higher is wanted more.
  /// selected; that of a requirement; too_many_of_video, no_quota, below_top_k, not_drawn.
  std::string reason;
};

/// One decision per sample, in their order: a pure function of (statistics, config, seed) that does
/// not depend on that order.
///
/// `choose` says how the quota of a stratum is filled. top_k: the highest scores, ties by a hash of
/// the id. sample: drawn without replacement with the score as weight (keys u^(1/w), Efraimidis and
/// Spirakis 2006; u depends on seed and id only). random: as many as top_k would keep, but any
/// sample of the stratum, whatever its rewards: the control arm of an experiment.
/// @throws ConfigError for a name that is in no table.
std::vector<Decision> select_samples(const std::vector<SampleStatistics>& statistics,
                                     const FilterConfig& config, uint64_t seed);

}  // namespace vrlt::selection
