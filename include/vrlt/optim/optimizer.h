#pragma once

#include <cstdint>

#include "vrlt/optim/named_tensors.h"

namespace vrlt::optim {

/// Moves parameters by their gradients. Parameters are given when it is made; it updates them in
/// place, and they keep requires_grad.
class Optimizer {
 public:
  virtual ~Optimizer() = default;

  /// One update with the gradients that are there, which are then cleared; parameters without a
  /// gradient stay.
  virtual void step(double lr) = 0;

  /// All that it keeps from update to update, by name: the tensors themselves, which a checkpoint
  /// stores and load_state() fills. Of a parameter "w" they are called "<kind>.w".
  virtual NamedTensors state() const = 0;

  /// Takes over stored values of state(); others beside them are left alone. @throws
  /// CheckpointError if a tensor is missing or has another shape.
  void load_state(const NamedTensors& stored);

  /// Of state(), but for single numbers such as a count of updates.
  int64_t bytes() const;
};

}  // namespace vrlt::optim
