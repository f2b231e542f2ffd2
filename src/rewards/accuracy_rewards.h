#pragma once

#include "vrlt/rewards/reward.h"

namespace vrlt::rewards {

/// IoU of the predicted span and the truth; of the merged sets when the truth has several spans. Applies to temporal grounding.
class TemporalIouReward final : public Reward {
 public:
  RewardOutput operator()(const RewardInput& input) const override;
};

/// Whether the right option is named. Applies to multiple choice.
class ChoiceReward final : public Reward {
 public:
  RewardOutput operator()(const RewardInput& input) const override;
};

/// The accuracy part of grounded QA's dual reward: (right option + IoU of the span) / 2. Each half counts on its own.
/// With a "format" term of weight 0.2 and this one of weight 0.8 the sum is 0.2 f + 0.4 c + 0.4 u; with 1 and 2 it is
/// VideoChat-R1's f + c + u (arXiv:2504.06958). Source: spec grpo.md 3.6.
class GroundedQaReward final : public Reward {
 public:
  RewardOutput operator()(const RewardInput& input) const override;
};

}  // namespace vrlt::rewards
