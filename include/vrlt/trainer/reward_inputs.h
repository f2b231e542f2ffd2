#pragma once

#include <vector>

#include "vrlt/rewards/reward_function.h"
#include "vrlt/rollout/rollout.h"

namespace vrlt::trainer {

/// What the rewards see of the responses.
std::vector<rewards::RewardInput> reward_inputs(const data::Sample& sample, const rollout::RolloutGroup& group);

}  // namespace vrlt::trainer
