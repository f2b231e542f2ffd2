#include "model/qwen2_5_vl/language_model.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

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

/// 0 for the first lengths[n] columns, -inf behind them. @param lengths  [N] int64.  @return [N, 1, 1, columns] float32.
at::Tensor length_bias(const at::Tensor& lengths, int64_t columns) {
  const auto beyond = at::arange(columns, lengths.options()) >= lengths.view({-1, 1, 1, 1});
  return at::zeros(beyond.sizes(), lengths.options().dtype(at::kFloat)).masked_fill_(beyond, -std::numeric_limits<double>::infinity());
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

at::Tensor LanguageModel::run_layers(at::Tensor x, const RotaryTable& float_table, const Attend& attend, const Request& request) const {
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
  return run_layers(embeddings, mrope_table(position_ids, config_.mrope_section, config_.head_dim, config_.rope_theta), attend, request);
}

at::Tensor LanguageModel::decode(const at::Tensor& embeddings, KvCache& cache) const {
  VRLT_CHECK(embeddings.size(0) == static_cast<int64_t>(cache.rows().size()), embeddings.size(0), " tokens for ", cache.rows().size(), " rows");
  cache.reserve(1);
  const bool on_cpu = embeddings.is_cpu() && embeddings.scalar_type() == at::kFloat;
  const auto out = on_cpu ? decode_on_cpu(config_, layers_, final_norm_, embeddings, cache) : decode_rectangle(embeddings, cache);
  cache.advance();
  return out;
}

/// Every slot of every place computes, also those without a row.
at::Tensor LanguageModel::decode_rectangle(const at::Tensor& embeddings, KvCache& cache) const {
  std::vector<int64_t> cells;
  for (const auto& row : cache.rows()) cells.push_back(row.place * cache.num_slots() + row.slot);
  const auto cell_index = at::tensor(cells, at::kLong).to(embeddings.device());
  const auto num_cells = static_cast<int64_t>(cache.places.size()) * cache.num_slots();
  const auto rectangle = at::zeros({num_cells, embeddings.size(1)}, embeddings.options()).index_copy_(0, cell_index, embeddings);
  return decode_cells(rectangle, cache, cache.lengths()).index_select(0, cell_index);
}

at::Tensor LanguageModel::decode_cells(const at::Tensor& embeddings, KvCache& cache, const KvCache::Lengths& lengths) const {
  const int64_t N = lengths.suffix.size(0), G = cache.num_slots(), K = config_.num_kv_heads, Dh = config_.head_dim;
  const auto& first = cache.layers.front();
  const auto bias = at::cat({length_bias(lengths.prompt, first.prefix_keys.size(3)), length_bias(lengths.suffix + 1, first.suffix_keys.size(4))}, -1);
  const auto time = lengths.suffix.view({N, 1, 1, 1, 1});
  const auto positions = lengths.position.unsqueeze(1).expand({N, G}).flatten();
  return run_layers(embeddings, text_rope_table(positions, config_.head_dim, config_.rope_theta),
                    [&](int64_t index, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values) {
                      auto& layer = cache.layers[static_cast<size_t>(index)];
                      layer.suffix_keys.scatter_(4, time.expand({N, G, K, Dh, 1}), keys.view({N, G, K, Dh, 1}));
                      layer.suffix_values.scatter_(3, time.expand({N, G, K, 1, Dh}), values.view({N, G, K, 1, Dh}));
                      return shared_prefix_attention(queries.view({N, G, config_.num_heads, Dh}), layer, bias).flatten(0, 1);
                    },
                    {});
}

}  // namespace vrlt::model::qwen2_5_vl
