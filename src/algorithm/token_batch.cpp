#include "vrlt/algorithm/token_batch.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <numeric>

#include "vrlt/core/error.h"

namespace vrlt::algorithm {

TokenBatch masked(const TokenBatch& tokens, const at::Tensor& mask) {
  const auto select = [&](const at::Tensor& values) {
    return values.defined() ? values.masked_select(mask) : values;
  };
  TokenBatch kept{select(tokens.log_probs),         select(tokens.old_log_probs),
                  select(tokens.advantages),        select(tokens.ref_log_probs),
                  select(tokens.sampler_log_probs), select(tokens.entropy),
                  select(tokens.surrogate_mask)};
  for (const auto& row : mask.split_with_sizes(tokens.row_lengths))
    kept.row_lengths.push_back(row.sum().item<int64_t>());
  return kept;
}

at::Tensor row_sums(const at::Tensor& values, const std::vector<int64_t>& row_lengths) {
  VRLT_CHECK(std::accumulate(row_lengths.begin(), row_lengths.end(), int64_t{0}) == values.size(0),
             values.size(0), " values, rows of ", row_lengths);
  if (row_lengths.empty()) return at::empty({0}, values.options());
  std::vector<at::Tensor> sums;
  for (const auto& row : values.split_with_sizes(row_lengths)) sums.push_back(row.sum());
  return at::stack(sums);
}

at::Tensor row_means(const at::Tensor& values, const std::vector<int64_t>& row_lengths) {
  return row_sums(values, row_lengths) /
         at::tensor(row_lengths, at::kLong).clamp_min(1).to(values.options());
}

at::Tensor per_token(const at::Tensor& row_values, const std::vector<int64_t>& row_lengths) {
  if (row_lengths.empty()) return row_values;
  std::vector<at::Tensor> tokens;
  const auto rows = row_values.unbind();
  for (size_t i = 0; i < rows.size(); ++i) tokens.push_back(rows[i].expand({row_lengths[i]}));
  return at::cat(tokens);
}

}  // namespace vrlt::algorithm
