#pragma once

#include <ATen/core/Tensor.h>

namespace vrlt::model {

// Linear layers of a decoding step, without gradients: few rows through one weight. In float32 on the CPU they skip what a BLAS product
// spends on packing the weight. All tensors contiguous; `bias` may be undefined.

/// y = x W^T + bias. @param x  [B, in]; @param weight  [out, in]; @param y  [B, out] or undefined; is written, or replaced by a new tensor.
void linear_into(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor& y);

/// y += x W^T.
void add_linear(const at::Tensor& x, const at::Tensor& weight, at::Tensor& y);

}  // namespace vrlt::model
