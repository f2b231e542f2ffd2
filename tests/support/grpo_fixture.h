#pragma once

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace vrlt::test {

/// The worked example: two groups of three completions, 17 tokens in rows of 4, 2, 3, 3, 4 and 1; everything flat, in float64.
struct GrpoFixture {
  std::vector<int64_t> lengths = {4, 2, 3, 3, 4, 1};
  std::vector<double> rewards = {1.0, 0.25, 0.55, 0.0, 1.0, 0.0};
  at::Tensor old_log_probs =
      tensor({-0.50, -1.20, -0.10, -2.00, -0.80, -0.30, -1.50, -0.60, -0.90, -0.20, -0.70, -1.10, -0.40, -0.90, -1.30, -0.05, -2.20});
  at::Tensor log_probs =
      old_log_probs + tensor({0.10, 0.30, -0.25, 0.00, -0.30, 0.05, 1.20, -0.10, 0.25, 0.02, -0.05, -0.40, 0.22, -0.01, 0.60, 0.04, 0.10});
  at::Tensor ref_log_probs =
      old_log_probs + tensor({0.05, 0.00, -0.20, 0.10, -0.10, 0.20, 0.30, -0.05, 0.00, 0.00, 0.15, -0.30, 0.10, 0.10, -0.50, 0.00, -0.60});

  static at::Tensor tensor(const std::vector<double>& values) { return at::tensor(values, at::kDouble); }

  /// One value per row, repeated for its tokens.
  at::Tensor per_token(const std::vector<double>& per_row) const {
    std::vector<double> values;
    for (size_t i = 0; i < lengths.size(); ++i) values.insert(values.end(), static_cast<size_t>(lengths[i]), per_row[i]);
    return tensor(values);
  }
};

}  // namespace vrlt::test
