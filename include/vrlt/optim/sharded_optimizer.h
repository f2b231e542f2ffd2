#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "vrlt/checkpoint/tensor_piece.h"
#include "vrlt/optim/gradient_sum.h"
#include "vrlt/optim/named_tensors.h"
#include "vrlt/optim/optimizer.h"
#include "vrlt/optim/parameter_slices.h"
#include "vrlt/optim/sharding_config.h"

namespace vrlt::optim {

/// An optimizer of which each rank has the part for its slices of the parameters. Every rank makes
/// the same calls. The weights after an update are those of one rank, to the last bit in float32
/// (where one sum of gradients in some 2^29 may round another way).
class ShardedOptimizer {
 public:
  /// Makes an optimizer of parameters, which may be slices, or be without memory.
  using Make = std::function<std::unique_ptr<Optimizer>(const NamedTensors& parameters)>;

  /// @param blocks  of the model that are cut over ranks; null: its weights are whole.
  ShardedOptimizer(NamedTensors parameters, const Make& make, distributed::ProcessGroup& group,
                   const ShardingConfig& config = {}, distributed::ShardedBlocks* blocks = nullptr);

  /// Takes the gradients of each pass until finish_gradients().
  GradientSum& gradients() { return gradients_; }

  /// Ends the sums, and scales them down to `max_norm` as clip_gradients().
  /// @return  the norm before that, the same on every rank.
  double finish_gradients(double max_norm);

  /// One update by the gradients, which are then cleared: the new weights are where the old ones
  /// were.
  void step(double lr);

  /// In place of step(): nothing moves.
  void drop_gradients();

  /// Name, shape and type of the state of all ranks together, as one rank alone would have it:
  /// tensors without memory, in the order in which they are stored.
  const NamedTensors& whole_state() const { return whole_state_; }

  /// What this rank has of it; each element is of one rank.
  std::vector<checkpoint::TensorPiece> state_pieces() const;

  /// Takes over stored whole tensors of the state; others beside them are left alone, and of these
  /// only what this rank needs is read. @throws CheckpointError if one is missing or has another
  /// shape.
  void load_state(const NamedTensors& stored);

 private:
  const ParameterSlices::Slice& slice_of(const std::string& state_name) const;

  ParameterSlices slices_;
  GradientSum gradients_;
  std::unique_ptr<Optimizer> optimizer_;
  NamedTensors whole_state_;
};

}  // namespace vrlt::optim
