#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::checkpoint {

/// Consecutive elements of a tensor that stands whole on disk, as one rank holds them.
struct TensorPiece {
  std::string name;
  std::vector<int64_t> shape;  ///< Of the whole tensor.
  int64_t begin = 0;           ///< The first element, in row-major order.
  at::Tensor values;           ///< [elements], contiguous, of any device and of the tensor's dtype.
};

}  // namespace vrlt::checkpoint
