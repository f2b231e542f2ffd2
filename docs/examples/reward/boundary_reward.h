#pragma once

#include "vrlt/rewards/reward.h"

namespace example {

struct BoundaryParameters {
  double tolerance_seconds = 1.0;  ///< Above 0.
};

/// Which share of the two ends of the true span a response names, each to within the tolerance:
/// 0, 0.5 or 1. Applies to temporal grounding with one true span.
vrlt::rewards::RewardOutput boundary_reward(const vrlt::rewards::RewardInput& input,
                                            const BoundaryParameters& parameters);

}  // namespace example
