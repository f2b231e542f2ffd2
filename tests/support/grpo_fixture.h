#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "vrlt/algorithm/token_batch.h"

namespace vrlt::test {

/// The worked example: two groups of three completions, 17 tokens in rows of 4, 2, 3, 3, 4 and 1;
/// everything flat, in float64.
struct GrpoFixture {
  std::vector<int64_t> lengths = {4, 2, 3, 3, 4, 1};
  std::vector<double> rewards = {1.0, 0.25, 0.55, 0.0, 1.0, 0.0};
  at::Tensor old_log_probs = tensor({-0.50, -1.20, -0.10, -2.00, -0.80, -0.30, -1.50, -0.60, -0.90,
                                     -0.20, -0.70, -1.10, -0.40, -0.90, -1.30, -0.05, -2.20});
  at::Tensor log_probs =
      old_log_probs + tensor({0.10, 0.30, -0.25, 0.00, -0.30, 0.05, 1.20, -0.10, 0.25, 0.02, -0.05,
                              -0.40, 0.22, -0.01, 0.60, 0.04, 0.10});
  at::Tensor ref_log_probs =
      old_log_probs + tensor({0.05, 0.00, -0.20, 0.10, -0.10, 0.20, 0.30, -0.05, 0.00, 0.00, 0.15,
                              -0.30, 0.10, 0.10, -0.50, 0.00, -0.60});
  at::Tensor sampler_log_probs =
      old_log_probs + tensor({0.01, -0.02, 0.00, 0.03, 0.02, -0.01, 0.10, 0.00, -0.05, 0.00, 0.00,
                              0.02, -0.03, 0.01, 0.00, 0.00, -1.20});

  static at::Tensor tensor(const std::vector<double>& values) {
    return at::tensor(values, at::kDouble);
  }

  /// One value per row, repeated for its tokens.
  at::Tensor per_token(const std::vector<double>& per_row) const {
    std::vector<double> values;
    for (size_t i = 0; i < lengths.size(); ++i)
      values.insert(values.end(), static_cast<size_t>(lengths[i]), per_row[i]);
    return tensor(values);
  }

  /// The whole batch with fresh log-probs that record gradients.
  algorithm::TokenBatch batch(const std::vector<double>& advantages) const {
    return {.log_probs = log_probs.clone().requires_grad_(),
            .old_log_probs = old_log_probs,
            .advantages = per_token(advantages),
            .ref_log_probs = ref_log_probs,
            .sampler_log_probs = sampler_log_probs,
            .row_lengths = lengths};
  }

  /// Rows [begin, end) of a batch, with log-probs of their own.
  static algorithm::TokenBatch rows(const algorithm::TokenBatch& all, size_t begin, size_t end) {
    int64_t first = 0, count = 0;
    algorithm::TokenBatch part;
    for (size_t i = 0; i < end; ++i) {
      (i < begin ? first : count) += all.row_lengths[i];
      if (i >= begin) part.row_lengths.push_back(all.row_lengths[i]);
    }
    const auto cut = [&](const at::Tensor& values) {
      return values.defined() ? values.detach().narrow(0, first, count) : values;
    };
    part.log_probs = cut(all.log_probs).clone().requires_grad_();
    part.old_log_probs = cut(all.old_log_probs);
    part.advantages = cut(all.advantages);
    part.ref_log_probs = cut(all.ref_log_probs);
    part.sampler_log_probs = cut(all.sampler_log_probs);
    part.entropy = cut(all.entropy);
    return part;
  }

  /// The batch in rows of `width` slots, the free ones filled with `garbage`, and the mask of those
  /// that count.
  static algorithm::TokenBatch padded(const algorithm::TokenBatch& all, int64_t width,
                                      double garbage, at::Tensor* mask) {
    const auto num_rows = static_cast<int64_t>(all.row_lengths.size());
    *mask = at::arange(width)
                .unsqueeze(0)
                .lt(at::tensor(all.row_lengths, at::kLong).unsqueeze(1))
                .flatten();
    const auto spread = [&](const at::Tensor& values) {
      return values.defined() ? at::full({num_rows * width}, garbage, at::kDouble)
                                    .masked_scatter(*mask, values.detach())
                              : values;
    };
    return {.log_probs = spread(all.log_probs).requires_grad_(),
            .old_log_probs = spread(all.old_log_probs),
            .advantages = spread(all.advantages),
            .ref_log_probs = spread(all.ref_log_probs),
            .sampler_log_probs = spread(all.sampler_log_probs),
            .row_lengths = std::vector<int64_t>(static_cast<size_t>(num_rows), width)};
  }
};

}  // namespace vrlt::test
