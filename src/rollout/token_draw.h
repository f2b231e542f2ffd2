#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "vrlt/rollout/sampling.h"

namespace vrlt::rollout {

/// Drawn tokens, on the CPU.
struct DrawnTokens {
  at::Tensor ids;        ///< [B] int64
  at::Tensor log_probs;  ///< [B] float32, over the full vocabulary at the sampling temperature (1 if that is 0).
};

/// sample_tokens() without the forbidden ids, and what the drawn ones had as log-probs.
class TokenDraw {
 public:
  /// @param forbidden  [V] bool.
  explicit TokenDraw(const at::Tensor& forbidden);

  /// @param logits  [B, V] float32, contiguous. @param uniforms  [B] in [0, 1).
  DrawnTokens operator()(const at::Tensor& logits, const std::vector<double>& uniforms, const SamplingConfig& config) const;

 private:
  DrawnTokens draw_by_operators(const at::Tensor& logits, const std::vector<double>& uniforms, const SamplingConfig& config) const;

  at::Tensor forbidden_;
  std::vector<int64_t> forbidden_ids_;
};

}  // namespace vrlt::rollout
