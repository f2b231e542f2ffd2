#pragma once

#include <ATen/core/Tensor.h>

#include "vrlt/model/layers/linear.h"

namespace vrlt::model {

// Linear layers of a decoding step, without gradients: few rows through one weight. In float32 on
// the CPU they skip what a BLAS product spends on packing the weight. All tensors contiguous.

/// y = x W^T + bias. @param x  [B, in]; @param y  [B, out] or undefined; is written, or replaced by
/// a new tensor.
void linear_into(const at::Tensor& x, const Linear& matrix, at::Tensor& y);

/// y += x W^T + bias.
void add_linear(const at::Tensor& x, const Linear& matrix, at::Tensor& y);

}  // namespace vrlt::model
