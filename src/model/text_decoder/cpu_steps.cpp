#include "model/text_decoder/cpu_steps.h"

#include <ATen/ops/empty.h>

#include <cmath>

#include "vrlt/kernels/decoding_step.h"
#include "vrlt/model/layers/few_rows.h"

namespace vrlt::model {
namespace {

const float* data(const at::Tensor& x) { return x.const_data_ptr<float>(); }
float* data(at::Tensor& x) { return x.data_ptr<float>(); }

RotaryTable rotary_table(const TextShape& shape, const KvCache& cache) {
  auto positions = at::empty({static_cast<int64_t>(cache.rows().size())}, at::kLong);
  auto* out = positions.data_ptr<int64_t>();
  for (const auto& row : cache.rows())
    *out++ = cache.places[static_cast<size_t>(row.place)].position();
  return text_rope_table(positions, shape.head_dim, shape.rope_theta);
}

}  // namespace

CpuSteps::CpuSteps(const TextShape& shape, KvCache& cache)
    : shape_(shape), cache_(cache), table_(rotary_table(shape, cache)), attention_(shape, cache) {}

LayerState CpuSteps::make_state(const at::Tensor& embeddings) const {
  const auto buffer = [&](int64_t width) {
    return at::empty({embeddings.size(0), width}, embeddings.options());
  };
  const int64_t q = shape_.num_heads * shape_.head_dim, k = shape_.num_kv_heads * shape_.head_dim;
  return {.x = embeddings.clone(),
          .normed = buffer(shape_.hidden_size),
          .queries = buffer(q),
          .keys = buffer(k),
          .values = buffer(k),
          .mixed = buffer(q),
          .gate = buffer(shape_.intermediate_size),
          .up = buffer(shape_.intermediate_size)};
}

void CpuSteps::normalize(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out) {
  kernels::rms_norm(data(x), x.size(0), x.size(1), data(weight), shape_.rms_norm_eps, data(out));
}

void CpuSteps::project(const at::Tensor& x, const Linear& matrix, at::Tensor& out) {
  linear_into(x, matrix, out);
}

void CpuSteps::normalize_heads(const at::Tensor& weight, at::Tensor& heads) {
  kernels::rms_norm(data(heads), heads.numel() / shape_.head_dim, shape_.head_dim, data(weight),
                    shape_.rms_norm_eps, data(heads));
}

void CpuSteps::rotate(at::Tensor& heads) {
  const int64_t width = heads.size(1), half = shape_.head_dim / 2;
  for (int64_t row = 0; row < heads.size(0); ++row)
    kernels::rotate(data(heads) + row * width, width / shape_.head_dim, shape_.head_dim,
                    data(table_.cos) + row * half, data(table_.sin) + row * half);
}

void CpuSteps::attend(int64_t layer, LayerState& state) {
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape_.head_dim)));
  for (float *q = data(state.queries), *end = q + state.queries.numel(); q != end; ++q) *q *= scale;
  attention_(cache_.layers[static_cast<size_t>(layer)], data(state.queries), data(state.keys),
             data(state.values), data(state.mixed));
}

void CpuSteps::add_projected(const at::Tensor& x, const Linear& matrix, at::Tensor& sum) {
  add_linear(x, matrix, sum);
}

void CpuSteps::apply_gate(const at::Tensor& up, at::Tensor& gate) {
  kernels::swiglu(data(gate), data(up), gate.numel());
}

}  // namespace vrlt::model
