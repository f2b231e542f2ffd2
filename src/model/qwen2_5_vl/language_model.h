#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "model/layers/attention.h"
#include "model/layers/rope.h"
#include "model/qwen2_5_vl/layer_weights.h"
#include "vrlt/model/kv_cache.h"

namespace vrlt::model::qwen2_5_vl {

/// The decoder (spec 4), over packed groups or one decoding step.
class LanguageModel {
 public:
  /// @param checkpoints  a backward pass computes each layer again from its input, in place of keeping all activations.
  LanguageModel(const TextConfig& config, const ParameterTable& parameters, bool checkpoints)
      : config_(config), layers_(layer_weights(config, parameters)), final_norm_(parameters.at("model.norm.weight")), checkpoints_(checkpoints) {}

  /// Called with the rotated keys and the values of each layer, [T, K, Dh]; again where a backward pass computes a layer again.
  using KeyValueSink = std::function<void(int64_t layer, const at::Tensor& keys, const at::Tensor& values)>;

  /// What forward() may be asked for beside all final states.
  struct Request {
    at::Tensor rows;                           ///< [n] int64: only these final states, the others are spared the end of the last layer.
    KeyValueSink sink = {};                    ///< May be empty.
    std::vector<at::Tensor>* trace = nullptr;  ///< Receives the state after each layer, [T, D] (of `rows` after the last), for tests.
  };

  /// @param embeddings  [T, D]; @param position_ids  [3, T]; @param spans  cover the sequence in order.  @return [T or n, D] after the final norm.
  at::Tensor forward(const at::Tensor& embeddings, const at::Tensor& position_ids, const std::vector<GroupSpan>& spans, const Request& request) const;
  at::Tensor forward(const at::Tensor& embeddings, const at::Tensor& position_ids, const std::vector<GroupSpan>& spans) const {
    return forward(embeddings, position_ids, spans, Request{});
  }

  /// One token for every row of the cache, whose suffixes grow by one. @param embeddings  [B, D].  @return [B, D].
  at::Tensor decode(const at::Tensor& embeddings, KvCache& cache) const;

  /// One token for every slot of every place, also those without a row, as VisionLanguageModel::decode_cells. @param embeddings  [N * G, D].
  at::Tensor decode_cells(const at::Tensor& embeddings, KvCache& cache, const KvCache::Lengths& lengths) const;

 private:
  /// What attends: given rotated queries and keys, and values of a layer ([T, heads, Dh]), gives [T, H * Dh].
  using Attend = std::function<at::Tensor(int64_t layer, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values)>;
  at::Tensor run_layer(size_t index, at::Tensor x, const RotaryTable& table, const Attend& attend, const at::Tensor& rows) const;
  at::Tensor run_layers(at::Tensor x, const RotaryTable& float_table, const Attend& attend, const Request& request) const;
  at::Tensor decode_rectangle(const at::Tensor& embeddings, KvCache& cache) const;

  const TextConfig& config_;
  std::vector<LayerWeights> layers_;
  at::Tensor final_norm_;
  bool checkpoints_;
};

}  // namespace vrlt::model::qwen2_5_vl
