#pragma once

#include <cstdint>
#include <memory>

#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

/// The ranks over which training is cut, on two levels. Ranks that are neighbours are an inner
/// group (those of a machine), which shares one copy of what is cut; the ranks that stand at the
/// same place in theirs are an outer group.
///
/// What is cut has a piece for each rank of all. Pieces are numbered so that those of an inner
/// group's rank, one of each rank of its outer group, lie side by side: piece i is of the rank at
/// place i / outer of the inner group number i % outer.
class ShardRanks {
 public:
  /// @param group  outlives this. @param inner  ranks that share a copy; 0, or more than there are:
  /// all. All ranks call it. @throws ConfigError if it does not divide the number of ranks.
  explicit ShardRanks(ProcessGroup& group, int64_t inner = 0);

  ProcessGroup& all() const { return group_; }
  ProcessGroup& inner() const { return inner_ ? *inner_ : group_; }
  ProcessGroup& outer() const { return outer_ ? *outer_ : single_process(); }

  int64_t own_piece() const { return inner().rank() * outer().world_size() + outer().rank(); }

 private:
  ProcessGroup& group_;
  std::unique_ptr<ProcessGroup> inner_, outer_;  ///< Null: the group, this rank alone.
};

}  // namespace vrlt::distributed
