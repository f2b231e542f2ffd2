#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>

#include "vrlt/core/memory_error.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/optim/gradient_sum.h"

namespace vrlt::trainer {

/// How many passes the rank has that has most. All ranks call it.
int64_t most_passes(int64_t own, distributed::ProcessGroup& group);

/// Runs the passes of this rank; where ranks meet within passes, it takes part in those that only
/// others have. A rank that stops, or lacks memory, leaves its own out, and takes part in all the
/// same.
/// @param pass  called with the number of each; ends in gradients.take().
/// @return  what was thrown where memory ran out; null: it did not.
template <typename Stops, typename Pass>
std::exception_ptr for_each_pass(size_t own, int64_t of_longest_rank, optim::GradientSum& gradients,
                                 Stops&& stops, Pass&& pass) {
  std::exception_ptr lack;
  size_t done = 0;
  for (; done < own && lack == nullptr && !stops(); ++done) {
    gradients.begin_pass();
    try {
      pass(done);
    } catch (const std::exception& error) {
      if (!is_of_memory(error) || !gradients.abandon_pass()) throw;
      lack = std::current_exception();
    }
  }
  for (; done < static_cast<size_t>(of_longest_rank); ++done) gradients.pass_idly();
  return lack;
}

/// What a rank says of its passes when they are over.
struct PassReport {
  std::exception_ptr lack;  ///< What was thrown where memory ran out; null: it did not.
  int64_t largest = 0;      ///< Groups in its largest pass.
};

/// If memory ran out on any rank, all have to make their passes again, with fewer groups in each.
/// All ranks call it.
/// @param lower  keys that make the pass of one prompt smaller, for the error; as of Making.
/// @return  the groups of a pass at most, half of the largest one of all ranks; none: all passes
/// are made.
/// @throws OutOfMemoryError on all ranks if no pass has more than one group.
std::optional<int64_t> smaller_passes(const PassReport& own, distributed::ProcessGroup& group,
                                      const char* lower);

}  // namespace vrlt::trainer
