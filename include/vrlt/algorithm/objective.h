#pragma once

#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/correction.h"
#include "vrlt/algorithm/entropy.h"
#include "vrlt/algorithm/kl.h"
#include "vrlt/algorithm/objective_config.h"
#include "vrlt/algorithm/policy_loss.h"

namespace vrlt::algorithm {

/// The part of an optimizer step's loss that some of its tokens make: the parts of all
/// micro-batches and ranks add up to the loss.
struct Objective {
  /// Scalar, with gradient: policy + kl.coef * kl - entropy.coef * entropy.
  at::Tensor loss;
  at::Tensor policy;      ///< Scalar, aggregated surrogate.
  at::Tensor kl;          ///< Scalar, aggregated; undefined without a reference.
  at::Tensor entropy;     ///< Scalar, aggregated; undefined without an entropy bonus.
  at::Tensor surrogates;  ///< [N] before weights and masks.
  at::Tensor kl_values;   ///< [N] without gradient; undefined without a reference.
  at::Tensor correction;  ///< [N] without gradient; undefined without a correction.
};

/// Agg[ on_policy * surrogate_mask * correction * surrogate + kl.coef * kl ] - entropy.coef * Agg[
/// entropy ]. Masks and weights of 0 do not change the denominators, nor do they touch the
/// divergence.
/// @param tokens  one micro-batch; ref_log_probs for a kl.coef above 0, entropy with gradient for
/// an entropy.coef above 0.
/// @param counts  of the whole step.
Objective objective(const TokenBatch& tokens, const StepCounts& counts,
                    const ObjectiveConfig& config);

}  // namespace vrlt::algorithm
