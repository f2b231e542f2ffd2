#pragma once

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

// Rewards of answers in words or numbers. They apply to open questions (rouge: captions too) whose
// record has an answer text and, if it has a "problem_type", the one named here. Source:
// docs/spec/rewards.md#words and #numbers.

struct RougeParameters {
  /// Porter stems of words of more than 3 letters. Source: docs/spec/rewards.md#words.
  bool stemmer = false;
};
void visit_fields(config::FieldVisitor& visitor, RougeParameters& parameters);

/// Mean of ROUGE-1, -2 and -L; every problem_type but those below.
RewardOutput rouge_reward(const RewardInput& input, const RewardOptions& options,
                          const RougeParameters& parameters);
/// As Video-R1: with stems, of the first answer block.
RewardOutput rouge_videor1_reward(const RewardInput& input, const RewardOptions& options);
/// 1 if the number is right: exactly for a whole one, else within 1e-6 or 0.1 %. A record's
/// "absolute_tolerance" and "relative_tolerance" replace them, for whole numbers too. problem_type
/// numerical.
RewardOutput numeric_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput numeric_videor1_reward(const RewardInput& input, const RewardOptions& options);
/// 1 - min(1, relative error); problem_type regression.
RewardOutput regression_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput regression_videor1_reward(const RewardInput& input, const RewardOptions& options);
/// Mean relative accuracy; problem_type regression.
RewardOutput mean_relative_accuracy_reward(const RewardInput& input, const RewardOptions& options);
/// 1 - word error rate; problem_type OCR.
RewardOutput ocr_reward(const RewardInput& input, const RewardOptions& options);

}  // namespace vrlt::rewards
