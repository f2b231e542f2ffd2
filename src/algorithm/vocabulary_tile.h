#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

namespace vrlt::algorithm {

// Arithmetic on tiles of logits, those of some tokens at consecutive ids. Logits come as the
// projection gives them, and are divided by the temperature here. In float32 on the CPU each tile
// is gone through once, in the caches; elsewhere by LibTorch's operators.

/// What is kept of some tokens after all tiles: [n] each.
struct VocabularySums {
  at::Tensor log_probs, normalizers, entropies;  ///< Of the label; log sum e^l; -sum p log p.
};

/// Sums over the vocabulary of some tokens, tile by tile.
class RunningSums {
 public:
  virtual ~RunningSums() = default;
  /// @param logits  [n, width] of the ids from `first_id` on, contiguous; overwritten.
  virtual void add(at::Tensor& logits, int64_t first_id) = 0;
  virtual VocabularySums result() const = 0;
};

/// @param labels  [n] int64; @param options  dtype and device of the logits to come.
std::unique_ptr<RunningSums> running_sums(const at::Tensor& labels, double temperature,
                                          const at::TensorOptions& options);

/// What the gradient by a logit takes of some tokens: [n] each.
struct LogitGradient {
  double temperature;
  at::Tensor labels, normalizers, entropies;
  at::Tensor of_log_probs;  ///< The incoming gradient, divided by the temperature.
  at::Tensor of_entropy;    ///< Likewise; may be undefined.

  /// Turns a tile of logits into the gradient by the projection. @param logits  as of
  /// RunningSums::add().
  void apply_(at::Tensor& logits, int64_t first_id) const;
};

}  // namespace vrlt::algorithm
