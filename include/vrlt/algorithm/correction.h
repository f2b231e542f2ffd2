#pragma once

#include <span>
#include <string>

#include "vrlt/algorithm/objective_choices.h"
#include "vrlt/algorithm/objective_config.h"
#include "vrlt/algorithm/token_batch.h"

namespace vrlt::algorithm {

/// One row of the table of corrections: how a weight is bounded, and whether it is of a token or of
/// its whole row.
struct CorrectionEntry : Choice {
  bool of_row;
  /// Null: no correction.
  at::Tensor (*bounded)(const at::Tensor& weights, double low, double high);
};

/// none, token_truncate (TIS, Yao et al. 2025, "Your efficient RL framework secretly brings you
/// off-policy RL training"), token_mask (MIS), sequence_truncate, sequence_mask.
std::span<const CorrectionEntry> correction_table();

/// @throws ConfigError listing the known names.
const CorrectionEntry& find_correction(const std::string& name);

/// exp(old_log_probs - sampler_log_probs) of each token, or of the sum over its row; truncated to
/// the bounds, or 0 outside of them. [N] without gradient. Ones for mode none or without sampler
/// log-probs.
at::Tensor correction_weights(const TokenBatch& tokens, const CorrectionConfig& config);

/// [N] bool: false for the rows that off_policy_threshold leaves out.
at::Tensor on_policy_mask(const TokenBatch& tokens, double threshold);

}  // namespace vrlt::algorithm
