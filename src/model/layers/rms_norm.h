#pragma once

#include <ATen/core/Tensor.h>

namespace vrlt::model {

/// x / sqrt(mean(x^2) + eps) in float32 (float64 stays), cast back to the dtype of x, then times
/// the weight (the order of the reference).
/// @param x  [..., D]; @param weight  [D].
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);

}  // namespace vrlt::model
