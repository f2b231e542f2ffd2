#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace vrlt::model {

/// A part of a network. Whatever it holds must live, unchanged, until the backward pass.
using Block = std::function<at::Tensor(const at::Tensor& x)>;

/// block(x), of which only x is kept for the backward pass, which computes the rest again:
/// activation checkpointing (arXiv:1604.06174). The gradients are those of block(x) to the last
/// bit, since the same operations run. Without gradients it is block(x).
/// @param parameters  every tensor that the block uses beside x and that may need a gradient.
at::Tensor checkpointed(const Block& block, const at::Tensor& x, at::TensorList parameters);

}  // namespace vrlt::model
