#pragma once

#include "trainer/step/scored_group.h"
#include "vrlt/io/json.h"
#include "vrlt/settings/algorithm_config.h"

namespace vrlt::trainer {

/// Says what is wrong with the coefficients in a state of a checkpoint. @throws DataError naming
/// the field.
void check_adaptive_state(const io::Json& state);

/// The coefficients that adapt from step to step; kept in checkpoints. The same on every rank.
class AdaptiveState {
 public:
  /// @param state  as the last checkpoint has it, or empty; store() writes it.
  AdaptiveState(const settings::AlgorithmSection& algorithm, io::Json& state);

  double kl_reward_coef() const { return kl_reward_coef_; }
  /// 0 while the entropy is above its target.
  double entropy_coef() const;

  void adapt_to_divergence(const std::vector<ResponseRow>& rows);
  /// @param entropy  mean over the tokens of the last step.
  void adapt_to_entropy(double entropy);
  bool adapts_to_entropy() const;

  void store();

 private:
  const settings::AlgorithmSection& algorithm_;
  io::Json& state_;
  double kl_reward_coef_, entropy_coef_, last_entropy_;
};

}  // namespace vrlt::trainer
