#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vrlt::algorithm {

struct TokenLogProbs {
  at::Tensor log_probs;  ///< [N] float32, with gradient.
  at::Tensor entropy;    ///< [N] float32, of the same distribution, no gradient.
};

/// log softmax(hidden . head^T / temperature)[id] per token, in float32, without ever holding the logits of more than
/// `chunk_size` tokens: the backward pass computes them again.
/// @param hidden  [N, D]; @param head_weight  [V, D]; @param ids  [N] int64; @param temperature  > 0.
TokenLogProbs token_log_probs(const at::Tensor& hidden, const at::Tensor& head_weight, const at::Tensor& ids, double temperature,
                              int64_t chunk_size = 1024);

}  // namespace vrlt::algorithm
