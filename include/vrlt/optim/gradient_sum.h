#pragma once

#include <cstdint>
#include <vector>

#include "vrlt/distributed/process_group.h"
#include "vrlt/optim/named_tensors.h"

namespace vrlt::optim {

/// The gradient of an optimizer step, which is the sum over its backward passes and over the ranks.
/// It is added up in the type above that of the parameters (float32 for bfloat16, else float64) and
/// rounded once, at the end: as float32 sums in another order, the rounding of a gradient that is
/// next to 0 would become a visible step of Adam, and weights would depend on how passes are spread
/// over ranks.
class GradientSum {
 public:
  /// @param parameters  the same ones in the same order on every rank.
  explicit GradientSum(NamedTensors parameters);

  const NamedTensors& parameters() const { return parameters_; }

  /// Adds the parameters' gradients, those of one backward pass, and clears them.
  void take();

  /// Gives every parameter the gradient of the whole step, in float32 (of a float64 parameter in
  /// float64), and starts again. A parameter that has a gradient on some ranks counts as zero on
  /// the others; without one anywhere it stays without.
  void finish(distributed::ProcessGroup& group);

  /// What take() has before it at most: the gradients of one pass and their sums.
  int64_t bytes() const;

 private:
  NamedTensors parameters_;
  std::vector<at::Tensor> sums_;  ///< Undefined: no gradient yet.
};

}  // namespace vrlt::optim
