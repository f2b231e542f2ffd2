#pragma once

#include <optional>
#include <span>
#include <string>

#include "vrlt/algorithm/token_batch.h"

namespace vrlt::algorithm {

/// The rollout computes log-probs on another path than the update (cached decoding, other batches): what is sampled is not quite
/// the policy of the update. These weights take the difference into account.
struct CorrectionConfig {
  std::string mode = "token_truncate";  ///< A row of the table below.
  double min_weight = 0.0;
  double max_weight = 2.0;
  /// Rows with A < 0 of which the mean of sampler_log_probs - log_probs is above this do not count; unset: all count.
  /// Source: off-policy sequence masking of DeepSeek-V3.2.
  std::optional<double> off_policy_threshold;
};

/// One row of the table of corrections: how a weight is bounded, and whether it is of a token or of its whole row.
struct CorrectionEntry {
  const char* name;
  const char* help;
  bool of_row;
  at::Tensor (*bounded)(const at::Tensor& weights, double low, double high);  ///< Null: no correction.
};

/// none, token_truncate (TIS, Yao et al. 2025, "Your efficient RL framework secretly brings you off-policy RL training"), token_mask (MIS),
/// sequence_truncate, sequence_mask.
std::span<const CorrectionEntry> correction_table();

/// @throws ConfigError listing the known names.
const CorrectionEntry& find_correction(const std::string& name);

/// exp(old_log_probs - sampler_log_probs) of each token, or of the sum over its row; truncated to the bounds, or 0 outside of them.
/// [N] without gradient. Ones for mode none or without sampler log-probs.
at::Tensor correction_weights(const TokenBatch& tokens, const CorrectionConfig& config);

/// [N] bool: false for the rows that off_policy_threshold leaves out.
at::Tensor on_policy_mask(const TokenBatch& tokens, double threshold);

}  // namespace vrlt::algorithm
