#pragma once

#include <ATen/core/Tensor.h>

namespace vrlt::algorithm {

/// k3 estimate of KL(policy || reference) per token: e^x - x - 1 with x = ref_log_probs - log_probs clamped to +-20.
/// Not negative, 0 where both agree. Source: Schulman, "Approximating KL divergence"; clamp as verl.
at::Tensor k3_divergence(const at::Tensor& log_probs, const at::Tensor& ref_log_probs);

}  // namespace vrlt::algorithm
