#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>

namespace vrlt::algorithm {

struct EntropyConfig {
  double coef = 0.0;                       ///< Of the bonus: the loss contains minus coef times the aggregated entropy.
  std::string aggregation = "token_mean";  ///< token_mean, or same: as the policy loss.
  std::optional<double> target;            ///< Set: coef is that of the first step and then follows adapted_entropy_coef().
  double top_quantile = 1.0;               ///< Share of tokens, of highest entropy, whose surrogate counts. 1: all.
};

/// The smallest entropy in the top `share` of all of them: the (1 - share)-quantile, interpolated. @param entropies  [N] of a whole
/// batch over all ranks. Source: arXiv:2506.01939.
double entropy_threshold(const at::Tensor& entropies, double share);

/// The coefficient after a step whose mean entropy is `entropy`: 0.005 up below the target, down above, not below 0.
/// It applies only while the entropy is at most the target. Source: TRL.
double adapted_entropy_coef(double coef, double entropy, double target);

}  // namespace vrlt::algorithm
