#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vrlt::algorithm {

/// Response tokens of any number of rows, one row after the other: only tokens that count, so that
/// nothing here is padding. All but `log_probs` and `entropy` are constants of the update.
struct TokenBatch {
  at::Tensor log_probs = {};      ///< [N] of the policy, with gradient.
  at::Tensor old_log_probs = {};  ///< [N] of the policy that is the anchor.
  at::Tensor advantages = {};     ///< [N] the advantage of the token's row.
  at::Tensor ref_log_probs = {};  ///< [N] of the reference; undefined without one.
  /// [N] as the rollout reported them; undefined: not recorded.
  at::Tensor sampler_log_probs = {};
  /// [N] of the policy, with gradient if it is in the loss; undefined: not needed.
  at::Tensor entropy = {};
  /// [N] bool: where the surrogate counts, see high_entropy_mask(); undefined: everywhere.
  at::Tensor surrogate_mask = {};
  /// Tokens of each row; they sum to N. A row may be empty.
  std::vector<int64_t> row_lengths = {};
};

/// The batch without the tokens at which `mask` ([N] bool) is false. They are selected away, not
/// multiplied by 0: whatever they hold, NaN too, has no effect on values or gradients. Rows stay,
/// shorter or empty.
TokenBatch masked(const TokenBatch& tokens, const at::Tensor& mask);

/// [N] to one sum per row; the order of addition does not depend on the other rows.
at::Tensor row_sums(const at::Tensor& values, const std::vector<int64_t>& row_lengths);

/// The same divided by the length; 0 for an empty row.
at::Tensor row_means(const at::Tensor& values, const std::vector<int64_t>& row_lengths);

/// One value per row, repeated for its tokens: [N].
at::Tensor per_token(const at::Tensor& row_values, const std::vector<int64_t>& row_lengths);

}  // namespace vrlt::algorithm
