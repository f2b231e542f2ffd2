#pragma once

#include <optional>
#include <string>

#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/policy_loss.h"

namespace vrlt::algorithm {

struct KlConfig {
  double coef = 0.0;             ///< Weight in the loss; 0: none.
  std::string estimator = "k3";  ///< A row of the table below.
  double input_clamp = 20.0;     ///< Bound of |x|; 0: none.
  /// Bound of the value's size; 0: none. It takes the gradient from tokens that drifted most.
  double output_clamp = 0.0;
  /// Times the token's importance ratio, with gradient. Source: DeepSeek-V3.2.
  bool bias_correction = false;
};

struct EntropyConfig {
  /// Of the bonus: the loss contains minus coef times the aggregated entropy.
  double coef = 0.0;
  std::string aggregation = "token_mean";  ///< token_mean, or same: as the policy loss.
  /// Set: coef is that of the first step and then follows adapted_entropy_coef().
  std::optional<double> target;
  /// Share of tokens, of highest entropy, whose surrogate counts. 1: all.
  double top_quantile = 1.0;
};

/// The rollout computes log-probs on another path than the update (cached decoding, other batches):
/// what is sampled is not quite the policy of the update. These weights take the difference into
/// account.
struct CorrectionConfig {
  std::string mode = "token_truncate";  ///< A row of the table below.
  double min_weight = 0.0;
  double max_weight = 2.0;
  /// Rows with A < 0 of which the mean of sampler_log_probs - log_probs is above this do not count;
  /// unset: all count. Source: off-policy sequence masking of DeepSeek-V3.2.
  std::optional<double> off_policy_threshold;

  bool corrects() const { return mode != "none"; }
};

struct ObjectiveConfig {
  PolicyLossConfig policy_loss;
  AggregationConfig aggregation;
  KlConfig kl;
  EntropyConfig entropy;
  CorrectionConfig correction;
};

}  // namespace vrlt::algorithm
