#pragma once

#include <ATen/core/Tensor.h>

namespace vrlt::optim {

/// float64 for float64, else float32: what the gradient of a step and the state of an optimizer are
/// in.
inline at::ScalarType wide_type(const at::Tensor& parameter) {
  return parameter.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

}  // namespace vrlt::optim
