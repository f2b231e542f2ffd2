#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "vrlt/distributed/sharded_blocks.h"

namespace vrlt::model {

/// A part of a network. Whatever it holds must live, unchanged, until the backward pass.
using Block = std::function<at::Tensor(const at::Tensor& x)>;

/// Where the weights of a block are.
struct BlockWeights {
  distributed::ShardedBlocks* blocks = nullptr;  ///< Null: always here.
  size_t index = 0;
};

/// The weights are here while it lives.
class PresentWeights {
 public:
  using Direction = distributed::ShardedBlocks::Direction;

  PresentWeights(const BlockWeights& weights, Direction direction) : weights_(weights) {
    if (weights_.blocks != nullptr) weights_.blocks->acquire(weights_.index, direction);
  }
  ~PresentWeights() {
    if (weights_.blocks != nullptr) weights_.blocks->release(weights_.index);
  }
  PresentWeights(const PresentWeights&) = delete;
  PresentWeights& operator=(const PresentWeights&) = delete;

 private:
  BlockWeights weights_;
};

/// block(x), whose weights are here while it computes and again while its backward pass does.
at::Tensor with_weights(const Block& block, const at::Tensor& x, const BlockWeights& weights);

}  // namespace vrlt::model
