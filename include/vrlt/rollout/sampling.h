#pragma once

#include <ATen/core/Tensor.h>

#include "vrlt/rollout/sampling_config.h"

namespace vrlt::rollout {

/// One token per row. A row's token depends on its logits and its uniform only, not on the other
/// rows.
/// @param logits  [B, V] float32; -inf marks what must not be drawn. @param uniforms  [B] float64
/// in [0, 1), on the same device; unused at temperature 0. Nothing is asked of the host.
/// @return [B] int64.
at::Tensor sample_tokens(const at::Tensor& logits, const at::Tensor& uniforms,
                         const SamplingConfig& config);

}  // namespace vrlt::rollout
