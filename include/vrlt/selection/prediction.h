#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vrlt/selection/estimators.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// Successes of many samples, the same ones together.
// (draws, correct) -> how many samples, or their weight
using SuccessCounts = std::map<std::pair<int64_t, int64_t>, double>;

/// The Beta from which success probabilities most likely came, by the likelihood of the counts
/// (beta-binomial), both parameters from 0.01 to 100. What the posterior of a sample is worth
/// depends on it: samples that were chosen for their luck fall back towards the pool.
BetaPrior fit_prior(const SuccessCounts& counts);

/// How often a group of G further responses to a sample has equal rewards, and so no signal, for
/// samples of one pool.
///
/// 0-or-1 rewards: all right or all wrong, by the posterior of the sample under the fitted prior of
/// its task. Continuous rewards: a group is all the same if G-1 responses repeat the reward of the
/// first. Each draw of a sample in turn is taken for that first one; how many of the other K-1
/// repeat it are successes, with a fitted prior as above. (Most repeated is 0; a reward that was
/// seen once counts as rarely repeated.)
class SignalPrediction {
 public:
  /// @param pool  every sample with statistics, selected or not.
  explicit SignalPrediction(const std::vector<SampleStatistics>& pool);

  double no_signal_probability(const SampleStatistics& sample, int64_t group_size) const;

  /// Chance that K draws of a random sample of the task have equal rewards, by the fitted prior.
  double expected_all_same(const SampleStatistics& sample) const;

 private:
  const BetaPrior& prior_of(const SampleStatistics& sample) const;
  std::map<std::string, BetaPrior> priors_;
};

}  // namespace vrlt::selection
