#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vrlt::algorithm {

struct TokenLogProbs {
  at::Tensor log_probs;  ///< [N] with gradient.
  at::Tensor entropy;    ///< [N] of the same distribution, with gradient if asked for.
};

/// log softmax(hidden . head^T / temperature)[id] per token, in float32 (float64 for hidden states
/// in float64), without ever holding more logits than those of `chunk_size` tokens and a few
/// thousand ids: the backward pass computes them again.
/// @param hidden  [N, D]; @param head_weight  [V, D]; @param ids  [N] int64; @param temperature  >
/// 0.
/// @param entropy_gradient  whether the entropy is differentiable; the log-probs are in any case.
TokenLogProbs token_log_probs(const at::Tensor& hidden, const at::Tensor& head_weight,
                              const at::Tensor& ids, double temperature, int64_t chunk_size = 512,
                              bool entropy_gradient = false);

}  // namespace vrlt::algorithm
