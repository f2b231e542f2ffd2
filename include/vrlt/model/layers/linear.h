#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "vrlt/model/layers/adapter.h"

namespace vrlt::model {

/// x W^T + bias, as at::linear(). On CPUs with AVX-512, float32 goes through oneDNN: the BLAS that
/// LibTorch links stays with AVX2 on processors that are not Intel's, at half the speed.
/// @param x  [N, in]; @param weight  [out, in]; @param bias  [out], may be undefined.  @return [N,
/// out].
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

/// A matrix of a layer with all that belongs to it. Layers reach their matrices only through this
/// type: here, and in few_rows.h for decoding steps on the CPU. What is to act beside the weight
/// becomes a member of it, a tensor of all(), and a term in those.
struct Linear {
  at::Tensor weight;                    ///< [out, in]
  at::Tensor bias;                      ///< [out]; undefined: none.
  std::optional<Adapter> adapter = {};  ///< None: the weight acts alone.

  at::Tensor operator()(const at::Tensor& x) const {
    return adapter ? adapted_linear(x, weight, bias, *adapter) : linear(x, weight, bias);
  }

  /// Every tensor that a gradient may flow to.
  std::vector<at::Tensor> all() const;
};

}  // namespace vrlt::model
