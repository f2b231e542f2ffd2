#pragma once

#include "vrlt/rewards/reward.h"

namespace vrlt::rewards {

/// F_strict with a thinking block, and the task's parser succeeds on the answer.
class FormatReward final : public Reward {
 public:
  RewardOutput operator()(const RewardInput& input) const override;
};

/// F_strict without a thinking block.
class FormatAnswerReward final : public Reward {
 public:
  RewardOutput operator()(const RewardInput& input) const override;
};

/// The seed's temporal grounding format, on the whole response.
class FormatSeedTvgReward final : public Reward {
 public:
  RewardOutput operator()(const RewardInput& input) const override;
};

}  // namespace vrlt::rewards
