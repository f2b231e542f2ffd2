#pragma once

#include <string>
#include <vector>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {

/// The outcome of all terms on one response.
struct ScoredResponse {
  std::vector<RewardOutput> components;  ///< In the order of the terms.
  double total = 0.0;                    ///< Sum of weight * value over applicable terms.
  bool scorable = true;                  ///< false when no term applies.
  double accuracy = 0.0;                 ///< The same sum over accuracy terms only, divided by their weights: in [0, 1].
};

/// The weighted sum of rewards (sum_then_normalize, spec grpo.md 1.4).
class RewardFunction {
 public:
  /// @param terms  presets are replaced by their terms.
  /// @throws ConfigError for an unknown name or option.
  explicit RewardFunction(const std::vector<RewardTerm>& terms, RewardOptions options = {});

  /// One response by itself: rewards that compare responses do not apply.
  ScoredResponse operator()(const RewardInput& input) const;

  /// All responses to one prompt.
  /// @param control  responses to the same frames in random order, which earn nothing themselves; may be empty.
  std::vector<ScoredResponse> score_group(const std::vector<RewardInput>& responses, const std::vector<RewardInput>& control = {}) const;

  const std::vector<RewardTerm>& terms() const { return terms_; }
  /// Whether a term applies only with a control.
  bool needs_control() const;

 private:
  ScoredResponse score_alone(const RewardInput& input) const;
  void add_up(ScoredResponse& scored) const;

  std::vector<RewardTerm> terms_;
  RewardOptions options_;
  std::vector<const RewardEntry*> entries_;
};

}  // namespace vrlt::rewards
