#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "optim/unit_columns.h"
#include "vrlt/distributed/transfer.h"
#include "vrlt/optim/parameter_slices.h"

namespace vrlt::optim {

/// Sums over passes and ranks of which each rank keeps its slices. What is added goes to the other
/// ranks at once; up to two transfers are under way while the next is made ready. All ranks make
/// the same calls in the same order. There are at least two.
class SliceSums {
 public:
  /// @param dtypes  of the sums, one for each unit. @param elements  of a transfer; 0: as many as
  /// suit the device.
  SliceSums(const ParameterSlices& slices, std::vector<at::ScalarType> dtypes,
            int64_t elements = 0);

  /// Adds values of the parameters of a unit, which are copied before it returns. Undefined ones
  /// count as zeros.
  void add(size_t unit, const std::vector<at::Tensor>& values);

  /// Whether add() has thrown behind the first of several transfers: ranks have lost step. If it
  /// throws before that, it has done nothing.
  bool is_within_unit() const { return is_within_unit_; }

  /// This rank's slice of the sum of a unit that add() was called for, which is forgotten here.
  at::Tensor take(size_t unit);

  /// Forgets all that was added.
  void drop();

 private:
  struct UnderWay {
    std::unique_ptr<distributed::Transfer> transfer;
    at::Tensor received;  ///< [outer, columns]
    at::Tensor sum;       ///< [outer, columns] of the inner group's part, to be added to.
  };

  at::Tensor stage(size_t unit, const std::vector<at::Tensor>& values, int64_t from,
                   int64_t to) const;
  void finish_oldest();

  const ParameterSlices& slices_;
  std::vector<at::ScalarType> dtypes_;
  int64_t transfer_elements_;
  /// Of each unit: [outer, elements of a piece], the sums over the inner group. Undefined: nothing
  /// was added.
  std::vector<at::Tensor> sums_;
  std::deque<UnderWay> under_way_;
  bool is_within_unit_ = false;
};

}  // namespace vrlt::optim
