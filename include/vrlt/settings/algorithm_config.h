#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/objective_config.h"
#include "vrlt/config/fields.h"

namespace vrlt::settings {

/// Going on to roll out until there are enough groups whose responses differ in what they are right
/// about. Source: DAPO, arXiv:2503.14476.
struct DynamicSamplingConfig {
  bool enabled = false;
  /// Of the accuracy rewards of a group; unset: 0.05 for continuous ones, 1e-6 for 0 or 1.
  std::optional<double> min_std;
  int64_t max_batches = 4;  ///< Rollouts per step, the first one included.
  /// proceed: with the groups there are; pad: with rejected ones; error.
  std::string on_exhaustion = "proceed";
};

/// The divergence from the reference as a cost of each response, taken from its reward.
struct KlRewardConfig {
  double coef = 0.0;  ///< 0: none.
  /// Set: coef is that of the first step and then follows algorithm::adapted_kl_coef().
  std::optional<double> target;
  double horizon = 10000.0;  ///< How fast it follows, in responses.
};

/// The policy update: everything of section `algorithm`.
struct AlgorithmSection {
  std::string preset = "none";
  algorithm::ObjectiveConfig objective;
  algorithm::AdvantageConfig advantage;
  KlRewardConfig kl_reward;
  /// Responses cut off at the length limit count in their group, not in the loss.
  bool mask_truncated = false;
  /// rollout: logits are divided by the sampling temperature; 1.0: they are not.
  std::string logprob_temperature = "rollout";
  int64_t passes = 1;            ///< Over the responses of a step.
  int64_t updates_per_pass = 1;  ///< Optimizer steps that a pass is cut into.
  /// Optimizer steps; 0: the reference stays as it is.
  int64_t reference_sync_every = 0;
  double reference_sync_alpha = 0.6;
  DynamicSamplingConfig dynamic_sampling;

  /// Optimizer steps per rollout batch.
  int64_t num_updates() const { return passes * updates_per_pass; }
  bool needs_reference() const { return objective.kl.coef > 0 || kl_reward.coef > 0; }
  /// Whether log-probs of the policy that sampled take a pass of their own: those of the first
  /// update are not enough.
  bool needs_old_log_probs() const {
    return num_updates() > 1 || kl_reward.coef > 0 || objective.entropy.top_quantile < 1.0;
  }
};

void visit_fields(config::FieldVisitor& visitor, AlgorithmSection& section);

/// Why a key under `algorithm` does nothing ("has no effect without loss: cispo"), or empty if it
/// does something.
std::string without_effect(const std::string& key, const AlgorithmSection& section);

}  // namespace vrlt::settings
