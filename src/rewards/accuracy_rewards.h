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

/// The dual reward of grounded QA: (right option + IoU of the span) / 2. Each half counts on its own.
class GroundedQaReward final : public Reward {
 public:
  RewardOutput operator()(const RewardInput& input) const override;
};

}  // namespace vrlt::rewards
