#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// One row of the table of what strata are made of.
struct StratumPart {
  const char* name;
  const char* help;
  std::string (*of)(const SampleStatistics& sample);
};

std::span<const StratumPart> stratum_parts();

/// Names of the parts joined by "/", as "tvg/charades/60-120s"; "all" without parts. @throws
/// ConfigError for an unknown part.
std::string stratum_of(const SampleStatistics& sample, const std::vector<std::string>& parts);

/// A stratum's claim and what it can give.
struct Claim {
  double weight = 0.0;   ///< Relative to the others.
  int64_t capacity = 0;  ///< Samples there are.
};

/// How many each stratum gives to `total`: its share by weight, whole numbers by largest remainder
/// (ties to the smaller name); what a stratum lacks is shared by those that have more, in the same
/// way.
std::map<std::string, int64_t> allocate(int64_t total, const std::map<std::string, Claim>& claims);

}  // namespace vrlt::selection
