#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "vrlt/distributed/process_group.h"
#include "vrlt/distributed/shard_layout.h"
#include "vrlt/distributed/shard_ranks.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/optim/named_tensors.h"

namespace vrlt::optim {

/// Trained parameters and the slice of them that each rank updates. They are whole on every rank,
/// but for those of blocks that are cut over ranks. They are transferred in units: the parameters
/// of each decoder layer, the head, and all others; a unit is of one dtype and has one slice per
/// rank, a piece as ShardRanks numbers them.
class ParameterSlices {
 public:
  struct Unit {
    std::vector<size_t> parameters;  ///< Numbers of its parameters, in order.
    distributed::ShardLayout layout;
    bool in_every_pass;  ///< A layer or the head: every pass with a token goes through it.
    /// The block that it is, where that is cut over ranks: with the same layout.
    std::optional<size_t> block = {};
  };
  /// What this rank updates of a parameter.
  struct Slice {
    size_t parameter;  ///< Its number.
    int64_t begin, count;
    size_t unit;
    int64_t offset;  ///< In this rank's slice of the unit.
  };

  /// @param parameters  the same ones in the same order on every rank; contiguous, where there are
  /// several ranks. @param shard_ranks  as of ShardRanks, whose errors it throws.
  ParameterSlices(NamedTensors parameters, distributed::ProcessGroup& group,
                  int64_t shard_ranks = 0);
  /// Of a model with blocks that are cut over ranks, of which all parameters train, or none.
  /// @param blocks  outlives this.
  ParameterSlices(NamedTensors parameters, distributed::ShardedBlocks& blocks);

  const NamedTensors& parameters() const { return parameters_; }
  const std::vector<Unit>& units() const { return units_; }

  /// This rank's slices, in the order of parameters; and views of the weights there, of one
  /// dimension, with the name of the parameter. Of a single rank they are the parameters
  /// themselves.
  const std::vector<Slice>& slices() const { return slices_; }
  const NamedTensors& own() const { return own_; }

  /// The slice that this rank has of every unit.
  int64_t own_piece() const { return ranks_->own_piece(); }

  bool is_whole() const { return group().world_size() == 1; }
  distributed::ProcessGroup& group() const { return ranks_->all(); }
  distributed::ProcessGroup& inner() const { return ranks_->inner(); }
  distributed::ProcessGroup& outer() const { return ranks_->outer(); }
  /// Null: all parameters of the model are whole here.
  distributed::ShardedBlocks* blocks() const { return blocks_; }

  /// Of one transfer, as suits the device of the parameters.
  int64_t transfer_elements() const;

  /// Brings what each rank has made of its slices into the weights of all, whole ones or those that
  /// several ranks hold a part of. All ranks call it.
  void gather() const;

 private:
  void cut();
  std::optional<size_t> block_of(const std::vector<size_t>& unit) const;
  at::Tensor weights_of(const Slice& slice) const;

  NamedTensors parameters_;
  std::shared_ptr<const distributed::ShardRanks> ranks_;
  distributed::ShardedBlocks* blocks_ = nullptr;
  std::vector<Unit> units_;
  std::vector<Slice> slices_;
  NamedTensors own_;
};

}  // namespace vrlt::optim
