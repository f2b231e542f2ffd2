#include "model/layers/rope.h"

#include <ATen/ops/addcmul.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/sin.h>

#include "vrlt/model/upload.h"

namespace vrlt::model {
namespace {

/// [Dh/2] float32
at::Tensor frequencies(int64_t head_dim, double theta, at::Device device) {
  const auto exponents =
      at::arange(0, head_dim, 2, at::TensorOptions().dtype(at::kFloat).device(device)) /
      static_cast<double>(head_dim);
  return at::pow(theta, exponents).reciprocal();
}

}  // namespace

RotaryTable mrope_table(const at::Tensor& position_ids, const std::vector<int64_t>& axes,
                        int64_t head_dim, double theta) {
  const auto axis_of_frequency = upload(axes, position_ids.device());
  // [T, Dh/2]
  const auto positions = position_ids.index_select(0, axis_of_frequency).to(at::kFloat).t();
  const auto angles = positions * frequencies(head_dim, theta, position_ids.device());
  return {angles.cos(), angles.sin()};
}

RotaryTable text_rope_table(const at::Tensor& positions, int64_t head_dim, double theta) {
  const auto angles =
      positions.to(at::kFloat).unsqueeze(1) * frequencies(head_dim, theta, positions.device());
  return {angles.cos(), angles.sin()};
}

RotaryTable table_for(const RotaryTable& table, at::ScalarType dtype) {
  RotaryTable result{table.cos.to(dtype), table.sin.to(dtype)};
  if (table.cos.is_cpu()) return result;
  result.straight = at::cat({result.cos, result.cos}, -1).unsqueeze(1);
  result.crosswise = at::cat({-result.sin, result.sin}, -1).unsqueeze(1);
  return result;
}

at::Tensor apply_rope(const at::Tensor& x, const RotaryTable& table) {
  const int64_t half = x.size(-1) / 2;
  const auto first = x.narrow(-1, 0, half), second = x.narrow(-1, half, half);
  if (table.straight.defined())
    return at::addcmul(x * table.straight, at::cat({second, first}, -1), table.crosswise);
  const auto cos = table.cos.unsqueeze(1), sin = table.sin.unsqueeze(1);  // [T, 1, Dh/2]
  return at::cat({first * cos - second * sin, second * cos + first * sin}, -1);
}

}  // namespace vrlt::model
