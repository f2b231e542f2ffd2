#include "model/text_decoder/tensor_steps.h"

#include <ATen/ops/cat.h>
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

void DecodingSteps::add_projected(const at::Tensor& x, const Linear& matrix, at::Tensor& sum) {
  if (matrix.adapter || matrix.bias.defined())
    sum.add_(matrix(x));
  else
    sum.addmm_(x, matrix.weight.t());
}

void DecodingSteps::make_heads(const LayerWeights& layer, LayerState& state) {
  if (!layer.is_joined()) return TensorSteps::make_heads(layer, state);
  const int64_t num_queries = shape_.num_heads, num_keys = shape_.num_kv_heads;
  const auto heads = by_head(layer.attention_in(state.normed));
  auto turning = heads.narrow(1, 0, num_queries + num_keys);
  if (layer.query_norm.defined()) {
    auto queries = turning.narrow(1, 0, num_queries),
         keys = turning.narrow(1, num_queries, num_keys);
    normalize_heads(layer.query_norm, queries);
    normalize_heads(layer.key_norm, keys);
    turning = at::cat({queries, keys}, 1);
  }
  const auto turned = apply_rope(turning, table_);
  state.queries = turned.narrow(1, 0, num_queries);
  state.keys = turned.narrow(1, num_queries, num_keys);
  state.values = heads.narrow(1, num_queries + num_keys, num_keys);
}

void DecodingSteps::make_gated(const LayerWeights& layer, LayerState& state) {
  if (!layer.is_joined()) return TensorSteps::make_gated(layer, state);
  const auto both = layer.mlp_in(state.normed).chunk(2, 1);
  state.gate = at::silu(both[0]).mul_(both[1]);
}

}  // namespace vrlt::model
