#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vrlt::rollout {

/// How a token is drawn. The order is that of transformers: temperature, top-k, top-p, min-p.
struct SamplingConfig {
  double temperature = 1.0;  ///< 0: the most likely token.
  int64_t top_k = 0;         ///< Keep the k most likely; 0: all.
  double top_p = 1.0;        ///< Keep the smallest set whose probability reaches it; 1: all.
  double min_p = 0.0;        ///< Keep tokens at least this likely relative to the most likely; 0: all.
};

/// One token per row. A row's token depends on its logits and its uniform only, not on the other rows.
/// @param logits  [B, V] float32; -inf marks what must not be drawn. @param uniforms  [B] float64 in [0, 1), on the same device;
/// unused at temperature 0. Nothing is asked of the host.
/// @return [B] int64.
at::Tensor sample_tokens(const at::Tensor& logits, const at::Tensor& uniforms, const SamplingConfig& config);

}  // namespace vrlt::rollout
