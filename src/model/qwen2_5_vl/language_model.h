#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "model/layers/attention.h"
#include "model/layers/rope.h"
#include "model/qwen2_5_vl/config.h"
#include "vrlt/model/kv_cache.h"
#include "vrlt/model/parameter_table.h"

namespace vrlt::model::qwen2_5_vl {

/// The decoder (spec 4), over packed groups or one decoding step.
class LanguageModel {
 public:
  LanguageModel(const TextConfig& config, const ParameterTable& parameters) : config_(config), parameters_(parameters) {}

  /// Called with the rotated keys and the values of each layer, [T, K, Dh].
  using KeyValueSink = std::function<void(int64_t layer, const at::Tensor& keys, const at::Tensor& values)>;

  /// @param embeddings  [T, D]; @param position_ids  [3, T]; @param spans  cover the sequence in order.
  /// @param trace  receives the state after each layer, [T, D], for tests.  @return [T, D] after the final norm.
  at::Tensor forward(const at::Tensor& embeddings, const at::Tensor& position_ids, const std::vector<GroupSpan>& spans, const KeyValueSink& sink = {},
                     std::vector<at::Tensor>* trace = nullptr) const;

  /// One token for every slot of the cache, whose suffixes grow by one. @param embeddings  [N*G, D].  @return [N*G, D].
  at::Tensor decode(const at::Tensor& embeddings, KvCache& cache) const;

 private:
  /// What attends: given rotated queries and keys, and values of a layer ([T, heads, Dh]), gives [T, H * Dh].
  using Attend = std::function<at::Tensor(int64_t layer, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values)>;
  at::Tensor run_layers(at::Tensor x, const at::Tensor& position_ids, const Attend& attend, std::vector<at::Tensor>* trace = nullptr) const;
  at::Tensor mlp(const at::Tensor& x, int64_t layer) const;

  const TextConfig& config_;
  const ParameterTable& parameters_;
};

}  // namespace vrlt::model::qwen2_5_vl
