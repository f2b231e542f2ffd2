#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace vrlt::algorithm {

struct PolicyLossConfig {
  std::string loss = "ppo_clip";  ///< A row of the loss table.
  double clip_ratio_low = 0.2;    ///< The ratio is clipped to [1 - low, 1 + high].
  double clip_ratio_high = 0.2;
};

/// Per token, flat: N response tokens of any number of rows.
struct TokenBatch {
  at::Tensor log_probs;      ///< [N] of the policy, with gradient.
  at::Tensor old_log_probs;  ///< [N] of the policy that is the anchor.
  at::Tensor advantages;     ///< [N] the advantage of the token's response.
};

/// log_probs - old_log_probs, clamped to +-20 before any exp.
at::Tensor log_ratio(const TokenBatch& tokens);

/// -min(ratio A, clip(ratio, 1 - low, 1 + high) A) per token. Source: arXiv:1707.06347, with DAPO's two clip widths.
at::Tensor ppo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -A log_prob per token.
at::Tensor reinforce_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

}  // namespace vrlt::algorithm
