#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::selection {

/// Which samples stay for the next epoch. Source: Time-R1 (arXiv:2503.13377), its code.
struct EpochFilterConfig {
  double min_mean = 0.0;  ///< Mean reward above this,
  double max_mean = 0.7;  ///< and up to this.
};

/// Mean reward of a sample under the current policy; NaN: it could not be read, and gives way to
/// another.
struct EpochScore {
  std::string id;
  double mean = 0.0;
};

/// The samples of the next epoch: those of the last one that are neither mastered nor hopeless, in
/// their order, then others of the pool, in an order that depends on (seed, epoch) only, until
/// there are as many as before or the pool is spent.
/// @param epoch  of which the set is. @param last  the samples of the epoch before. @param pool ids
/// that were never in a set.
std::vector<std::string> next_epoch(const std::vector<EpochScore>& last,
                                    const std::vector<std::string>& pool,
                                    const EpochFilterConfig& config, uint64_t seed, int64_t epoch);

}  // namespace vrlt::selection
