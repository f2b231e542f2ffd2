#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <deque>
#include <memory>

#include "optim/unit_columns.h"
#include "vrlt/distributed/transfer.h"
#include "vrlt/optim/parameter_slices.h"

namespace vrlt::optim {

/// Brings what each rank has made of its slices into the weights of all that have them whole; up to
/// two transfers are under way while the next is made ready. All ranks do it. There are at least
/// two.
class SliceGather {
 public:
  /// @param elements  of a transfer; 0: as many as suit the device.
  explicit SliceGather(const ParameterSlices& slices, int64_t elements = 0)
      : slices_(slices), transfer_elements_(elements > 0 ? elements : slices.transfer_elements()) {}

  void run();

 private:
  /// Columns [from, to) of the pieces of a unit.
  struct Part {
    const ParameterSlices::Unit& unit;
    int64_t from, to;
  };
  struct UnderWay {
    std::unique_ptr<distributed::Transfer> transfer;
    at::Tensor whole;  ///< [inner, outer, columns]
    Part part;
  };

  void start(const Part& part);
  void finish_oldest();
  template <typename Copy>
  void for_each_span(const Part& part, int64_t piece, const at::Tensor& columns, Copy&& copy) const;

  const ParameterSlices& slices_;
  int64_t transfer_elements_;
  std::deque<UnderWay> under_way_;
};

}  // namespace vrlt::optim
