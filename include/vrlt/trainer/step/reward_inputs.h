#pragma once

#include <string>
#include <vector>

#include "vrlt/rewards/reward_function.h"
#include "vrlt/rollout/rollout.h"

namespace vrlt::trainer {

/// What the rewards see of the responses.
/// @param prompt  the usual one of the run.
std::vector<rewards::RewardInput> reward_inputs(const data::Sample& sample,
                                                const rollout::RolloutGroup& group,
                                                const std::string& prompt);

}  // namespace vrlt::trainer
