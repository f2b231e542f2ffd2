#pragma once

#include <c10/core/ScalarType.h>

#include "vrlt/optim/sharding_config.h"

namespace vrlt::optim {

/// The type that gradients are added up in: above that of the parameters.
inline at::ScalarType sum_type(at::ScalarType parameter, const ShardingConfig& config) {
  const auto bytes = config.sum_bytes(static_cast<int64_t>(c10::elementSize(parameter)));
  return bytes == static_cast<int64_t>(sizeof(float)) ? at::kFloat : at::kDouble;
}

}  // namespace vrlt::optim
