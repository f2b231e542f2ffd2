#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>

#include "vrlt/algorithm/objective_choices.h"
#include "vrlt/algorithm/objective_config.h"

namespace vrlt::algorithm {

/// One row of the table of estimators of KL(policy || reference), per token, as functions of x =
/// ref_log_probs - log_probs.
struct KlEntry : Choice {
  at::Tensor (*value)(const at::Tensor& x);
  /// Null: the value's own; else the value is constant and this gives the gradient.
  at::Tensor (*gradient_of)(const at::Tensor& x);
};

/// k1, abs, k2, k3: -x, |x|, x^2/2, e^x - x - 1. Source: Schulman, "Approximating KL divergence".
/// k1+, k3+: the value of k1 and k3 with the gradient of k2, which is unbiased. Source: verl.
std::span<const KlEntry> kl_table();

/// @throws ConfigError listing the known names.
const KlEntry& find_kl(const std::string& name);

/// [N] with the clamps of `config`; without its coefficient and bias correction.
at::Tensor kl_divergence(const at::Tensor& log_probs, const at::Tensor& ref_log_probs,
                         const KlConfig& config = {});

/// The coefficient of the divergence in the reward after a batch of `rows` responses: changes by at
/// most 0.2 rows / horizon towards a mean divergence of `target`. Source: Ziegler et al.,
/// arXiv:1909.08593 sec. 2.2.
double adapted_kl_coef(double coef, double divergence, double target, int64_t rows, double horizon);

}  // namespace vrlt::algorithm
