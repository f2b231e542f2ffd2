#include "vrlt/model/layers/few_rows.h"

#include <ATen/ops/empty.h>

#include "vrlt/kernels/decoding_step.h"

namespace vrlt::model {
namespace {

/// Beyond these a library's product is worth its overhead, or more than one thread.
constexpr int64_t kManyRows = 16;
constexpr int64_t kLargeWeight = 1 << 21;

bool is_small(const at::Tensor& x, const Linear& matrix) {
  return x.is_cpu() && x.scalar_type() == at::kFloat && x.size(0) < kManyRows &&
         matrix.weight.numel() < kLargeWeight;
}

void run_small(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor& y,
               bool add) {
  kernels::linear(x.const_data_ptr<float>(), x.size(0), x.size(1), weight.const_data_ptr<float>(),
                  bias.defined() ? bias.const_data_ptr<float>() : nullptr, weight.size(0),
                  y.data_ptr<float>(), add);
}

/// All terms of a matrix.
void run_small(const at::Tensor& x, const Linear& matrix, at::Tensor& y, bool add) {
  run_small(x, matrix.weight, matrix.bias, y, add);
  const auto* pair = matrix.adapter ? matrix.adapter->acting() : nullptr;
  if (pair == nullptr) return;
  auto low = at::empty({x.size(0), pair->a.size(0)}, x.options());
  run_small(x, pair->a, {}, low, /*add=*/false);
  const auto scale = static_cast<float>(matrix.adapter->pairs->scale);
  for (float *value = low.data_ptr<float>(), *end = value + low.numel(); value != end; ++value)
    *value *= scale;
  run_small(low, pair->b, {}, y, /*add=*/true);
}

}  // namespace

void linear_into(const at::Tensor& x, const Linear& matrix, at::Tensor& y) {
  if (!is_small(x, matrix)) {
    y = matrix(x);
    return;
  }
  if (!y.defined()) y = at::empty({x.size(0), matrix.weight.size(0)}, x.options());
  run_small(x, matrix, y, /*add=*/false);
}

void add_linear(const at::Tensor& x, const Linear& matrix, at::Tensor& y) {
  if (is_small(x, matrix))
    run_small(x, matrix, y, /*add=*/true);
  else
    y.add_(matrix(x));
}

}  // namespace vrlt::model
