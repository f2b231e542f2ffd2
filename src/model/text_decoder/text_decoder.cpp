#include "model/text_decoder/text_decoder.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/index_add.h>
#include <ATen/ops/zeros.h>

#include <limits>
#include <memory>

#include "model/layers/checkpointed.h"
#include "model/layers/rms_norm.h"
#include "model/text_decoder/cpu_steps.h"
#include "vrlt/core/error.h"
#include "vrlt/model/upload.h"

namespace vrlt::model {
namespace {

/// 0 for the first lengths[n] columns, -inf behind them. @param lengths  [N] int64.  @return [N, 1,
/// 1, columns] float32.
at::Tensor length_bias(const at::Tensor& lengths, int64_t columns) {
  const auto beyond = at::arange(columns, lengths.options()) >= lengths.view({-1, 1, 1, 1});
  return at::zeros(beyond.sizes(), lengths.options().dtype(at::kFloat))
      .masked_fill_(beyond, -std::numeric_limits<double>::infinity());
}

}  // namespace

TextDecoder::TextDecoder(TextShape shape, const ParameterTable& parameters,
                         const std::string& prefix, bool checkpoints)
    : shape_(std::move(shape)),
      embedding_(parameters.at(prefix + "embed_tokens.weight")),
      head_(shape_.tie_word_embeddings ? embedding_ : parameters.at("lm_head.weight")),
      final_norm_(parameters.at(prefix + "norm.weight")),
      layers_(layer_weights(shape_, parameters, prefix)),
      blocks_(parameters.sharded_blocks()),
      checkpoints_(checkpoints) {
  // On the CPU there is no launch to spare, and the order of sums stays what it was. Layers that
  // are cut over ranks come and go one matrix at a time.
  if (!embedding_.is_cpu() && blocks_ == nullptr)
    for (auto& layer : layers_) layer.join();
}

std::vector<NamedLinear> TextDecoder::matrices(const std::string& prefix) {
  std::vector<NamedLinear> all;
  for (size_t i = 0; i < layers_.size(); ++i)
    for (const auto& [module, matrix] : layers_[i].matrices())
      all.push_back({concat(prefix, "layers.", i, ".", module), matrix});
  return all;
}

at::Tensor TextDecoder::embed(const at::Tensor& ids) const {
  return at::embedding(embedding_, ids);
}

at::Tensor TextDecoder::through_layer(size_t index, const at::Tensor& x, const RotaryTable& table,
                                      const Attend& attend, const at::Tensor& rows) const {
  TensorSteps steps(shape_, table, attend, rows);
  LayerState state{.x = x};
  run_layer(static_cast<int64_t>(index), layers_[index], steps, state);
  return state.x;
}

void TextDecoder::decode_in_place(const at::Tensor& x, const RotaryTable& table,
                                  const Attend& attend) const {
  const at::Tensor all_rows;
  DecodingSteps steps(shape_, table, attend, all_rows);
  LayerState state{.x = x};
  if (blocks_ != nullptr) blocks_->begin_pass();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const PresentWeights here(weights_of(i), distributed::ShardedBlocks::Direction::kForward);
    run_layer(static_cast<int64_t>(i), layers_[i], steps, state);
  }
}

at::Tensor TextDecoder::run_layers(at::Tensor x, const RotaryTable& float_table,
                                   const Attend& attend, const Request& request) const {
  // The reference rotates the text model in the activation dtype, unlike the vision tower.
  const auto table = table_for(float_table, x.scalar_type());
  const auto& levels = request.levels.features;
  // Where a level follows the last layer, rows are left away behind it.
  const bool cut_in_layer = request.rows.defined() && levels.size() < layers_.size();
  if (blocks_ != nullptr) blocks_->begin_pass();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const auto rows = cut_in_layer && i + 1 == layers_.size() ? request.rows : at::Tensor();
    const auto layer = [=, this](const at::Tensor& input) {
      return through_layer(i, input, table, attend, rows);
    };
    x = checkpoints_ ? checkpointed(layer, x, layers_[i].all(), weights_of(i))
                     : with_weights(layer, x, weights_of(i));
    if (request.trace != nullptr) request.trace->push_back(x);
    // Behind the checkpointed block: its gradient would not reach what it does not name.
    if (i < levels.size()) x = x.index_add(0, request.levels.rows, levels[i].to(x.scalar_type()));
  }
  if (request.rows.defined() && !cut_in_layer) x = x.index_select(0, request.rows);
  return rms_norm(x, final_norm_, shape_.rms_norm_eps);
}

at::Tensor TextDecoder::forward(const at::Tensor& embeddings, const at::Tensor& position_ids,
                                const std::vector<GroupSpan>& spans, const Request& request) const {
  // Holds what it needs: a checkpointed layer is run again after this call.
  const auto attend = [sink = request.sink,
                       held = std::make_shared<const std::vector<GroupSpan>>(spans)](
                          int64_t layer, const at::Tensor& queries, const at::Tensor& keys,
                          const at::Tensor& values) {
    if (sink) sink(layer, keys, values);
    return group_attention(queries, keys, values, *held);
  };
  return run_layers(embeddings,
                    mrope_table(position_ids, shape_.rope_axes, shape_.head_dim, shape_.rope_theta),
                    attend, request);
}

at::Tensor TextDecoder::decode(const at::Tensor& embeddings, KvCache& cache) const {
  VRLT_CHECK(embeddings.size(0) == static_cast<int64_t>(cache.rows().size()), embeddings.size(0),
             " tokens for ", cache.rows().size(), " rows");
  cache.reserve(1);
  const bool on_cpu = embeddings.is_cpu() && embeddings.scalar_type() == at::kFloat;
  const auto out = on_cpu ? decode_on_cpu(embeddings, cache) : decode_rectangle(embeddings, cache);
  cache.advance();
  return out;
}

at::Tensor TextDecoder::decode_on_cpu(const at::Tensor& embeddings, KvCache& cache) const {
  CpuSteps steps(shape_, cache);
  auto state = steps.make_state(embeddings);
  if (blocks_ != nullptr) blocks_->begin_pass();
  for (size_t i = 0; i < layers_.size(); ++i) {
    const PresentWeights here(weights_of(i), distributed::ShardedBlocks::Direction::kForward);
    run_layer(static_cast<int64_t>(i), layers_[i], steps, state);
  }
  steps.normalize(state.x, final_norm_, state.normed);
  return state.normed;
}

/// Every slot of every place computes, also those without a row.
at::Tensor TextDecoder::decode_rectangle(const at::Tensor& embeddings, KvCache& cache) const {
  std::vector<int64_t> cells;
  for (const auto& row : cache.rows()) cells.push_back(row.place * cache.num_slots() + row.slot);
  const auto cell_index = upload(cells, embeddings.device());
  const auto num_cells = static_cast<int64_t>(cache.places.size()) * cache.num_slots();
  const auto rectangle = at::zeros({num_cells, embeddings.size(1)}, embeddings.options())
                             .index_copy_(0, cell_index, embeddings);
  return decode_cells(rectangle, cache, cache.lengths()).index_select(0, cell_index);
}

at::Tensor TextDecoder::decode_cells(const at::Tensor& embeddings, KvCache& cache,
                                     const KvCache::Lengths& lengths) const {
  const int64_t N = lengths.suffix.size(0), G = cache.num_slots(), K = shape_.num_kv_heads,
                Dh = shape_.head_dim;
  const auto& first = cache.layers.front();
  const auto bias = at::cat({length_bias(lengths.prompt, first.prefix_keys.size(3)),
                             length_bias(lengths.suffix + 1, first.suffix_keys.size(4))},
                            -1);
  const auto time = lengths.suffix.view({N, 1, 1, 1, 1});
  const auto positions = lengths.position.unsqueeze(1).expand({N, G}).flatten();
  const auto table = text_rope_table(positions, shape_.head_dim, shape_.rope_theta);
  const Attend attend = [&](int64_t index, const at::Tensor& queries, const at::Tensor& keys,
                            const at::Tensor& values) {
    auto& layer = cache.layers[static_cast<size_t>(index)];
    layer.suffix_keys.scatter_(4, time.expand({N, G, K, Dh, 1}), keys.view({N, G, K, Dh, 1}));
    layer.suffix_values.scatter_(3, time.expand({N, G, K, 1, Dh}), values.view({N, G, K, 1, Dh}));
    return shared_prefix_attention(queries.view({N, G, shape_.num_heads, Dh}), layer, bias)
        .flatten(0, 1);
  };
  if (embeddings.is_cpu()) return run_layers(embeddings, table, attend, {});
  const auto x = embeddings.clone();
  decode_in_place(x, table_for(table, x.scalar_type()), attend);
  return rms_norm(x, final_norm_, shape_.rms_norm_eps);
}

}  // namespace vrlt::model
