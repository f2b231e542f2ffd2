#pragma once

#include <ATen/core/Tensor.h>

namespace vrlt::model {

/// x W^T + bias, as at::linear(). On CPUs with AVX-512, float32 goes through oneDNN: the BLAS that LibTorch links stays with AVX2 on
/// processors that are not Intel's, at half the speed.
/// @param x  [N, in]; @param weight  [out, in]; @param bias  [out], may be undefined.  @return [N, out].
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

}  // namespace vrlt::model
