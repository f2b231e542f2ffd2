#include "model/qwen2_5_vl/language_model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/scalar_tensor.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>
#include <memory>

#include "model/layers/checkpointed.h"
#include "model/layers/linear.h"
#include "model/layers/rms_norm.h"
#include "model/qwen2_5_vl/cpu_decoder.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

at::Tensor mlp(const at::Tensor& x, const LayerWeights& layer) {
  return model::linear(at::silu(model::linear(x, layer.gate_weight)) * model::linear(x, layer.up_weight), layer.down_weight);
}

/// 0 for the first lengths[n] columns, -inf behind them: [N, 1, 1, columns] float32.
at::Tensor length_bias(const std::vector<int64_t>& lengths, int64_t columns, at::Device device) {
  const auto limits = at::tensor(lengths, at::kLong).view({-1, 1, 1, 1}).to(device);
  const auto allowed = at::arange(columns, limits.options()) < limits;
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  return at::where(allowed, at::scalar_tensor(0.0, options), at::scalar_tensor(-std::numeric_limits<float>::infinity(), options));
}

}  // namespace

/// @param rows  [n]: the only states that anything looks at behind this layer; undefined: all.
at::Tensor LanguageModel::run_layer(size_t index, at::Tensor x, const RotaryTable& table, const Attend& attend, const at::Tensor& rows) const {
  const auto& layer = layers_[index];
  const auto normed = rms_norm(x, layer.input_norm, config_.rms_norm_eps);
  const auto project = [&](const at::Tensor& weight, const at::Tensor& bias) {
    return model::linear(normed, weight, bias).view({x.size(0), -1, config_.head_dim});
  };
  const auto queries = apply_rope(project(layer.q_weight, layer.q_bias), table), keys = apply_rope(project(layer.k_weight, layer.k_bias), table);
  auto mixed = attend(static_cast<int64_t>(index), queries, keys, project(layer.v_weight, layer.v_bias));
  if (rows.defined()) {
    mixed = mixed.index_select(0, rows);
    x = x.index_select(0, rows);
  }
  x = x + model::linear(mixed, layer.o_weight);
  return x + mlp(rms_norm(x, layer.post_norm, config_.rms_norm_eps), layer);
}

at::Tensor LanguageModel::run_layers(at::Tensor x, const at::Tensor& position_ids, const Attend& attend, const Request& request) const {
  const auto float_table = mrope_table(position_ids, config_.mrope_section, config_.head_dim, config_.rope_theta);
  // The reference rotates the text model in the activation dtype, unlike the vision tower.
  const RotaryTable table{float_table.cos.to(x.scalar_type()), float_table.sin.to(x.scalar_type())};
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto rows = i + 1 == layers_.size() ? request.rows : at::Tensor();
    if (checkpoints_)
      x = checkpointed([=, this](const at::Tensor& input) { return run_layer(i, input, table, attend, rows); }, x, layers_[i].all());
    else
      x = run_layer(i, x, table, attend, rows);
    if (request.trace != nullptr) request.trace->push_back(x);
  }
  return rms_norm(x, final_norm_, config_.rms_norm_eps);
}

at::Tensor LanguageModel::forward(const at::Tensor& embeddings, const at::Tensor& position_ids, const std::vector<GroupSpan>& spans,
                                  const Request& request) const {
  // Holds what it needs: a checkpointed layer is run again after this call.
  const auto attend = [sink = request.sink, held = std::make_shared<const std::vector<GroupSpan>>(spans)](
                          int64_t layer, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values) {
    if (sink) sink(layer, keys, values);
    return group_attention(queries, keys, values, *held);
  };
  return run_layers(embeddings, position_ids, attend, request);
}

at::Tensor LanguageModel::decode(const at::Tensor& embeddings, KvCache& cache) const {
  VRLT_CHECK(embeddings.size(0) == static_cast<int64_t>(cache.rows().size()), embeddings.size(0), " tokens for ", cache.rows().size(), " rows");
  cache.reserve_token();
  const bool on_cpu = embeddings.is_cpu() && embeddings.scalar_type() == at::kFloat;
  const auto out = on_cpu ? decode_on_cpu(config_, layers_, final_norm_, embeddings, cache) : decode_rectangle(embeddings, cache);
  cache.advance();
  return out;
}

/// Every slot of every place computes, also those without a row: all places go through one product.
at::Tensor LanguageModel::decode_rectangle(const at::Tensor& embeddings, KvCache& cache) const {
  const auto N = static_cast<int64_t>(cache.places.size());
  const int64_t G = cache.num_slots(), K = config_.num_kv_heads, Dh = config_.head_dim;
  const auto device = embeddings.device();
  std::vector<int64_t> cells, prompt_lengths, suffix_lengths, next_positions;
  for (const auto& row : cache.rows()) cells.push_back(row.place * G + row.slot);
  for (const auto& place : cache.places) {
    prompt_lengths.push_back(place.prompt_length);
    suffix_lengths.push_back(place.suffix_length + 1);
    next_positions.push_back(place.position());
  }
  const auto cell_index = at::tensor(cells, at::kLong).to(device);
  const auto rectangle = at::zeros({N * G, embeddings.size(1)}, embeddings.options()).index_copy_(0, cell_index, embeddings);
  const auto positions = at::tensor(next_positions, at::kLong).to(device).unsqueeze(1).expand({N, G}).flatten();
  const int64_t longest = *std::max_element(suffix_lengths.begin(), suffix_lengths.end());
  const auto bias =
      at::cat({length_bias(prompt_lengths, cache.layers.front().prefix_keys.size(3), device), length_bias(suffix_lengths, longest, device)}, -1);
  const auto time = (at::tensor(suffix_lengths, at::kLong) - 1).to(device).view({N, 1, 1, 1, 1});
  const auto out = run_layers(
      rectangle, positions.unsqueeze(0).expand({3, N * G}),
      [&](int64_t index, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values) {
        auto& layer = cache.layers[static_cast<size_t>(index)];
        layer.suffix_keys.scatter_(4, time.expand({N, G, K, Dh, 1}), keys.view({N, G, K, Dh, 1}));
        layer.suffix_values.scatter_(3, time.expand({N, G, K, 1, Dh}), values.view({N, G, K, 1, Dh}));
        return shared_prefix_attention(
                   queries.view({N, G, config_.num_heads, Dh}),
                   {layer.prefix_keys, layer.prefix_values, layer.suffix_keys.narrow(4, 0, longest), layer.suffix_values.narrow(3, 0, longest)}, bias)
            .flatten(0, 1);
      },
      {});
  return out.index_select(0, cell_index);
}

}  // namespace vrlt::model::qwen2_5_vl
