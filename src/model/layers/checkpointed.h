#pragma once

#include <ATen/core/Tensor.h>

#include "model/layers/present_weights.h"

namespace vrlt::model {

/// block(x), of which only x is kept for the backward pass, which computes the rest again:
/// activation checkpointing (arXiv:1604.06174). The gradients are those of block(x) to the last
/// bit, since the same operations run. Without gradients it is block(x).
/// @param parameters  every tensor that the block uses beside x and that may need a gradient.
/// @param weights  those of its parameters that may have to be brought.
at::Tensor checkpointed(const Block& block, const at::Tensor& x, at::TensorList parameters,
                        const BlockWeights& weights = {});

}  // namespace vrlt::model
