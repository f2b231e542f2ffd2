#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vrlt::model {

/// How rows are cut into consecutive segments that attend to themselves alone: windows or slices of
/// a picture. Made once for all blocks, with its indices on the device.
class Segments {
 public:
  /// @param lengths  of the segments; their sum is the number of rows, at least one.
  Segments(const std::vector<int64_t>& lengths, at::Device device);

  /// Segments of one length go through one call. @param q, k, v  [S, heads, Dh].  @return the same
  /// shape.
  at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) const;

 private:
  struct Run {
    int64_t length;
    at::Tensor rows;  ///< Of its segments; undefined: all, in order.
  };
  std::vector<Run> runs_;  ///< By length.
  at::Tensor back_;        ///< Where each row is in what the runs give; undefined: in order.
};

}  // namespace vrlt::model
