#pragma once

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

/// Whether yes or no is right. Applies to yes/no questions.
RewardOutput yes_no_reward(const RewardInput& input, const RewardOptions& options);

/// Whether the sentence that fits is named, by its label or its words. Applies to caption matching.
RewardOutput caption_match_reward(const RewardInput& input, const RewardOptions& options);

}  // namespace vrlt::rewards
