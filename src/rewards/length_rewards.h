#pragma once

#include <vector>

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

struct OverlongParameters {
  /// Tokens before options.max_tokens over which the penalty grows; 0: a fifth of them, as DAPO.
  int64_t buffer = 0;
};
void visit_fields(config::FieldVisitor& visitor, OverlongParameters& parameters);
void check(const OverlongParameters& parameters, const RewardOptions& options);

/// DAPO's soft punishment of long responses (arXiv:2503.14476,
/// docs/spec/rewards.md#overlong-responses), in [-1, 0]: 0 up to max_tokens - buffer, then falling
/// to -1 at max_tokens. Does not apply while options.max_tokens is 0.
RewardOutput overlong_reward(const RewardInput& input, const RewardOptions& options,
                             const OverlongParameters& parameters);

// Video-R1's bonuses (docs/spec/rewards.md#length-and-order-of-frames), 0 or 1 for each response of
// a group. A response is right if its accuracy exceeds 0.1.

struct LengthBonusParameters {
  int64_t min_tokens = 320;  ///< Of the shortest response that earns it.
  int64_t max_tokens = 512;  ///< Of the longest; at least min_tokens.
};
void visit_fields(config::FieldVisitor& visitor, LengthBonusParameters& parameters);
void check(const LengthBonusParameters& parameters, const RewardOptions& options);

/// 1 for a right response of min_tokens to max_tokens, if at least two responses are right.
/// Video-R1 weighs it 0.2.
std::vector<RewardOutput> length_bonus_reward(const GroupInput& group, const RewardOptions& options,
                                              const LengthBonusParameters& parameters);

/// T-GRPO: 1 for a right response, if the group is at least 0.8 times as accurate as the one that
/// saw the frames in random order. Does not apply without such a group. Video-R1 weighs it 0.3.
std::vector<RewardOutput> temporal_bonus_reward(const GroupInput& group,
                                                const RewardOptions& options);

}  // namespace vrlt::rewards
