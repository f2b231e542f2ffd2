#pragma once

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

// Whether a response is laid out as asked: 1 or 0 unless said otherwise. They apply to every task.
// Source: docs/spec/rewards.md#layouts.

/// The strict layout with a thinking block, and the answer can be read (vrlt/reading).
RewardOutput format_reward(const RewardInput& input, const RewardOptions& options);
/// The strict layout without a thinking block, and the answer can be read.
RewardOutput format_answer_reward(const RewardInput& input, const RewardOptions& options);
/// The strict layout with a thinking block, whatever the answer says.
RewardOutput format_tags_reward(const RewardInput& input, const RewardOptions& options);

/// Laid out as the sample's prompt asks, and the answer can be read. Applies where the prompt is
/// known.
RewardOutput format_asked_reward(const RewardInput& input, const RewardOptions& options);

// Those of other projects; see peer_formats.h.

RewardOutput format_seed_tvg_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput format_generic_reward(const RewardInput& input, const RewardOptions& options);
/// After trimming, as Time-R1 and VideoChat-R1.
RewardOutput format_generic_trimmed_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput format_glue_reward(const RewardInput& input, const RewardOptions& options);
/// 0, 0.2, 0.6 or 1.
RewardOutput format_museg_reward(const RewardInput& input, const RewardOptions& options);
/// 0, 0.2 or 1: the second stage asks for no times in the thinking.
RewardOutput format_museg_stage2_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput format_think_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput format_boxed_reward(const RewardInput& input, const RewardOptions& options);

}  // namespace vrlt::rewards
