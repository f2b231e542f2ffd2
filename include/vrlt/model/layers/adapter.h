#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

namespace vrlt::model {

/// Two factors beside a weight W, which acts as W + scale B A.
struct LowRankPair {
  at::Tensor a;  ///< [rank, in]
  at::Tensor b;  ///< [out, rank]
};

/// Which pairs act beside the weights: those that train; those of a reference that moves; or none.
enum class Acting { kTrained, kReference, kNone };

/// The pairs of all matrices of a model, and which of them act now.
struct LowRankPairs {
  double scale = 1.0;
  std::vector<LowRankPair> trained;
  std::vector<LowRankPair> reference;  ///< Empty: the reference is the model without pairs.
  Acting acting = Acting::kTrained;
};

/// The adapter of one matrix: its place among the pairs of the model.
struct Adapter {
  std::shared_ptr<const LowRankPairs> pairs;
  size_t place = 0;

  const LowRankPair& trained() const { return pairs->trained[place]; }
  /// Null: the matrix acts alone for now.
  const LowRankPair* acting() const;
};

/// x W^T + bias + scale (x A^T) B^T, where a pair acts. The sum is rounded once: in bfloat16 what a
/// young adapter adds is smaller than the rounding of what it is added to, and would be lost behind
/// it. Without a pair that acts, and with one whose B is 0, the result is the same to the last bit.
/// Gradients go to x, A and B; the weight and the bias are frozen.
/// @param x  [N, in]; @param weight  [out, in]; @param bias  [out], may be undefined.  @return [N,
/// out].
/// @throws ContractError where the weight or the bias is to get gradients.
at::Tensor adapted_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          const Adapter& adapter);

}  // namespace vrlt::model
