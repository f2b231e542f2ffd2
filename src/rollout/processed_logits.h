#pragma once

#include "vrlt/rollout/sampling.h"

namespace vrlt::rollout {

/// Whether tokens are drawn from a part of the distribution only.
inline bool narrows(const SamplingConfig& config) {
  return config.temperature > 0 && (config.top_k > 0 || config.top_p < 1.0 || config.min_p > 0.0);
}

/// What tokens are drawn from: logits divided by the temperature, -inf where top-k, top-p or min-p
/// cut.
/// @param logits  [B, V] float32; -inf marks what must not be drawn. @param config  of a
/// temperature above 0.
at::Tensor processed_logits(const at::Tensor& logits, const SamplingConfig& config);

/// One token per row of processed_logits(), as sample_tokens() draws it.
at::Tensor draw_tokens(const at::Tensor& processed, const at::Tensor& uniforms);

}  // namespace vrlt::rollout
