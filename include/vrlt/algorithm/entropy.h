#pragma once

#include <ATen/core/Tensor.h>

#include "vrlt/algorithm/objective_config.h"

namespace vrlt::algorithm {

/// The smallest entropy in the top `share` of all of them: the (1 - share)-quantile, interpolated.
/// @param entropies  [N] of a whole batch over all ranks. Source: arXiv:2506.01939.
double entropy_threshold(const at::Tensor& entropies, double share);

/// The coefficient after a step whose mean entropy is `entropy`: 0.005 up below the target, down
/// above, not below 0. It applies only while the entropy is at most the target. Source: TRL.
double adapted_entropy_coef(double coef, double entropy, double target);

}  // namespace vrlt::algorithm
