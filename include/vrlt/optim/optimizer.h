#pragma once

#include <cstdint>
#include <vector>

#include "vrlt/checkpoint/tensor_piece.h"
#include "vrlt/checkpoint/tensor_spec.h"
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

  // What a checkpoint holds of it, whole tensors whatever rank keeps them. Not overridden, every
  // rank keeps all of state().

  /// Their names, dtypes and shapes: the same on every rank, in the order of their files.
  virtual std::vector<checkpoint::TensorSpec> stored() const;

  /// This rank's part of them. Those of all ranks are each element once.
  virtual std::vector<checkpoint::TensorPiece> pieces(int rank, int world_size) const;

  /// Takes over what it keeps of stored(), from whole tensors that may be views of a mapped file;
  /// others beside them are left alone. @throws CheckpointError if a tensor is missing or has
  /// another shape.
  virtual void load_state(const NamedTensors& stored);

  /// Of state(), but for single numbers such as a count of updates.
  int64_t bytes() const;
};

}  // namespace vrlt::optim
