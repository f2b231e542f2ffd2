#pragma once

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

// The two halves of grounded QA, c in {0, 1} for the option and u in [0, 1] for the IoU of its
// span, and what is made of them. With f for the reward "format", the modes of
// docs/spec/rewards.md#grounded-qa are
//   sum       f + c + u                format 1, grounded_qa 2      VideoChat-R1, arXiv:2504.06958
//   weighted  0.2 f + 0.4 c + 0.4 u    format 0.2, grounded_qa 0.8  the default
//   gated     0.2 f + 0.8 c (1 + u)/2  format 0.2, grounded_qa_gated 0.8
//   product   c u                      grounded_qa_product 1

/// (c + u) / 2: each half counts on its own.
RewardOutput grounded_qa_reward(const RewardInput& input, const RewardOptions& options);
/// c.
RewardOutput grounded_qa_option_reward(const RewardInput& input, const RewardOptions& options);
/// u.
RewardOutput grounded_qa_iou_reward(const RewardInput& input, const RewardOptions& options);
/// c (1 + u) / 2: the span counts only with the right option.
RewardOutput grounded_qa_gated_reward(const RewardInput& input, const RewardOptions& options);
/// c u.
RewardOutput grounded_qa_product_reward(const RewardInput& input, const RewardOptions& options);

}  // namespace vrlt::rewards
