#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vrlt/distributed/process_group.h"
#include "vrlt/distributed/shard_layout.h"
#include "vrlt/optim/named_tensors.h"

namespace vrlt::optim {

/// Trained parameters, whole on every rank, and the slice of them that each rank updates. They are
/// transferred in units: the parameters of each decoder layer, and all others; a unit is of one
/// dtype and has one slice per rank.
///
/// With `shard_ranks` ranks that share sums, N in all: ranks that are neighbours are an inner group
/// (those of a machine); the ranks that stand at the same place in theirs are an outer group. Slice
/// i of a unit is of the rank at place i / outer of the inner group number i % outer.
class ParameterSlices {
 public:
  struct Unit {
    std::vector<size_t> parameters;  ///< Numbers of its parameters, in order.
    distributed::ShardLayout layout;
    bool is_layer;  ///< Of the decoder: one that every pass with a token goes through.
  };
  /// What this rank updates of a parameter.
  struct Slice {
    size_t parameter;  ///< Its number.
    int64_t begin, count;
    size_t unit;
    int64_t offset;  ///< In this rank's slice of the unit.
  };

  /// @param parameters  the same ones in the same order on every rank; contiguous, where there are
  /// several ranks. @param shard_ranks  0, or more than there are: all. @throws ConfigError if it
  /// does not divide the number of ranks.
  ParameterSlices(NamedTensors parameters, distributed::ProcessGroup& group,
                  int64_t shard_ranks = 0);

  const NamedTensors& parameters() const { return parameters_; }
  const std::vector<Unit>& units() const { return units_; }

  /// This rank's slices, in the order of parameters; and views of the weights there, of one
  /// dimension, with the name of the parameter. Of a single rank they are the parameters
  /// themselves.
  const std::vector<Slice>& slices() const { return slices_; }
  const NamedTensors& own() const { return own_; }

  /// The slice that this rank has of every unit.
  int64_t own_piece() const;

  bool is_whole() const { return group_.world_size() == 1; }
  distributed::ProcessGroup& group() const { return group_; }
  distributed::ProcessGroup& inner() const { return inner_ ? *inner_ : group_; }
  distributed::ProcessGroup& outer() const;

  /// Brings what each rank has made of its slices into the weights of all. All ranks call it.
  void gather() const;

 private:
  void cut();

  NamedTensors parameters_;
  distributed::ProcessGroup& group_;
  std::unique_ptr<distributed::ProcessGroup> inner_, outer_;  ///< Null: the group, this rank alone.
  std::vector<Unit> units_;
  std::vector<Slice> slices_;
  NamedTensors own_;
};

/// Whether a parameter belongs to a layer of the decoder, and to which: its name up to and with the
/// number, as in "model.layers.7."; empty: to none.
std::string layer_of(const std::string& parameter);

}  // namespace vrlt::optim
