#pragma once

#include <vector>

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

/// DAPO's soft punishment of long responses (arXiv:2503.14476, spec grpo.md 1.12), in [-1, 0]: 0 up to max_tokens - overlong_buffer, then
/// falling to -1 at max_tokens. Does not apply while options.max_tokens is 0.
RewardOutput overlong_reward(const RewardInput& input, const RewardOptions& options);

// Video-R1's bonuses (spec grpo.md 3.7), 0 or 1 for each response of a group. A response is right if its accuracy exceeds 0.1.

/// 1 for a right response of min_bonus_tokens to max_bonus_tokens, if at least two responses are right. Video-R1 weighs it 0.2.
std::vector<RewardOutput> length_bonus_reward(const GroupInput& group, const RewardOptions& options);

/// T-GRPO: 1 for a right response, if the group is at least 0.8 times as accurate as the one that saw the frames in random order.
/// Does not apply without such a group. Video-R1 weighs it 0.3.
std::vector<RewardOutput> temporal_bonus_reward(const GroupInput& group, const RewardOptions& options);

}  // namespace vrlt::rewards
