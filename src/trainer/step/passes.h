#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "vrlt/distributed/process_group.h"
#include "vrlt/optim/gradient_sum.h"

namespace vrlt::trainer {

/// How many passes the rank has that has most. All ranks call it.
inline int64_t most_passes(int64_t own, distributed::ProcessGroup& group) {
  std::vector<int64_t> of_ranks(static_cast<size_t>(group.world_size()), 0);
  of_ranks[static_cast<size_t>(group.rank())] = own;
  of_ranks = group.all_reduce_sum(of_ranks);
  return *std::max_element(of_ranks.begin(), of_ranks.end());
}

/// Runs the passes of this rank; where ranks meet within passes, it takes part in those that only
/// others have. A rank that stops leaves its own out, and takes part in all the same.
/// @param pass  called with the number of each; ends in gradients.take().
template <typename Stops, typename Pass>
void for_each_pass(size_t own, int64_t of_longest_rank, optim::GradientSum& gradients,
                   Stops&& stops, Pass&& pass) {
  size_t done = 0;
  for (; done < own && !stops(); ++done) pass(done);
  for (; done < static_cast<size_t>(of_longest_rank); ++done) gradients.pass_idly();
}

}  // namespace vrlt::trainer
