#pragma once

#include "vrlt/algorithm/objective_config.h"
#include "vrlt/algorithm/token_batch.h"

namespace vrlt::algorithm {

// Every loss is per token, [N], to be minimised. A is the advantage, lp the log-prob; constants are detached.

/// -min(ratio A, clip(ratio, 1 - low, 1 + high) A). Source: arXiv:1707.06347, with the two clip widths of DAPO, arXiv:2503.14476.
at::Tensor ppo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// ppo_clip with min(ratio, ratio_max) in the branch that is not clipped: bounds the loss of A < 0. Source: INTELLECT-2, arXiv:2505.07291.
at::Tensor ppo_two_sided_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// ppo_clip, for A < 0 at most -dual_clip A. Source: arXiv:1912.09729.
at::Tensor ppo_dual_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -w A lp with the constant w = min(ratio, cispo_cap): every token keeps a gradient. Source: CISPO, arXiv:2506.13585, in TRL's form.
at::Tensor cispo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// The same with w = clip(ratio, 1 - low, 1 + high), as verl and EasyR1 have it.
at::Tensor cispo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -A 4/t sigmoid(t (ratio - 1)), t the temperature of the advantage's sign: a clip without an edge. Source: SAPO, arXiv:2511.20347.
at::Tensor sapo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -A exp(mean over the row of the one-sidedly clipped log-ratios), for every token of the row: the clip is on the log-ratio,
/// to [-low, high]. Source: GMPO, arXiv:2507.20673.
at::Tensor gmpo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// ppo_clip of the sequence ratio times the row's length. Source: LUSPO as in TRL.
at::Tensor luspo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -phi A lp with the constant phi = exp(l + k log w - l w), w the product of the row's ratios, (k, l) = (2, 3) for A >= 0 and
/// (3, 2) below: largest near w = 1. Source: VESPO as in TRL.
at::Tensor vespo_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

/// -A lp. Source: Williams 1992; GPG, arXiv:2504.02546, with the advantage gpg.
at::Tensor reinforce_loss(const TokenBatch& tokens, const PolicyLossConfig& config);

}  // namespace vrlt::algorithm
