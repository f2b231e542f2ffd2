#pragma once

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

/// Whether the right option is named. Applies to multiple choice. Source:
/// docs/spec/rewards.md#multiple-choice.
RewardOutput choice_reward(const RewardInput& input, const RewardOptions& options);

// As other projects read a choice; what they get wrong is in docs/spec/rewards.md#multiple-choice.
// They apply to multiple choice and grounded QA.

/// The first answer block, trimmed, is the letter. Source: Video-R1 (59d65c3).
RewardOutput choice_videor1_reward(const RewardInput& input, const RewardOptions& options);
/// The first capital A to G anywhere in the first answer block is the letter. The lead-ins that the
/// source removes first hold none of these capitals. Source: VideoChat-R1
/// src/open_r1/grpo_tasks.py.
RewardOutput choice_videochat_reward(const RewardInput& input, const RewardOptions& options);
/// The first quoted capital or bracket of the first answer block, else of the whole response the
/// first standalone letter A to E. Source: Temporal-R1's evaluation with lmms-eval
/// tasks/mvbench/utils.py. For comparison only.
RewardOutput choice_seed_eval_reward(const RewardInput& input, const RewardOptions& options);

}  // namespace vrlt::rewards
