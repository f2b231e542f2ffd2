#include "model/text_decoder/tensor_steps.h"

#include <ATen/ops/silu.h>

#include "model/layers/rms_norm.h"

namespace vrlt::model {

void TensorSteps::normalize(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out) {
  out = rms_norm(x, weight, shape_.rms_norm_eps);
}

void TensorSteps::project(const at::Tensor& x, const Linear& matrix, at::Tensor& out) {
  out = matrix(x);
}

void TensorSteps::normalize_heads(const at::Tensor& weight, at::Tensor& heads) {
  heads = rms_norm(by_head(heads), weight, shape_.rms_norm_eps);
}

void TensorSteps::rotate(at::Tensor& heads) { heads = apply_rope(by_head(heads), table_); }

void TensorSteps::attend(int64_t layer, LayerState& state) {
  state.mixed = attend_(layer, by_head(state.queries), by_head(state.keys), by_head(state.values));
  if (!rows_.defined()) return;
  state.mixed = state.mixed.index_select(0, rows_);
  state.x = state.x.index_select(0, rows_);
}

void TensorSteps::add_projected(const at::Tensor& x, const Linear& matrix, at::Tensor& sum) {
  sum = sum + matrix(x);
}

void TensorSteps::apply_gate(const at::Tensor& up, at::Tensor& gate) { gate = at::silu(gate) * up; }

}  // namespace vrlt::model
