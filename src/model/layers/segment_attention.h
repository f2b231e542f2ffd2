#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace vrlt::model {

/// Attention inside consecutive segments, which do not see each other; segments of one length go
/// through one call.
/// @param q, k, v  [S, heads, Dh]; @param lengths  sum to S.  @return the same shape.
at::Tensor segment_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const std::vector<int64_t>& lengths);

}  // namespace vrlt::model
