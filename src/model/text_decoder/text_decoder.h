#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "model/layers/attention.h"
#include "model/layers/present_weights.h"
#include "model/text_decoder/tensor_steps.h"
#include "vrlt/model/kv_cache.h"
#include "vrlt/model/model_adapter.h"

namespace vrlt::model {

/// The decoder of a family: over packed groups, or one decoding step.
class TextDecoder {
 public:
  /// @param prefix  what the names of its parameters begin with, as of decoder_parameters(); @param
  /// checkpoints  a backward pass computes each layer again from its input, in place of keeping all
  /// activations.
  TextDecoder(TextShape shape, const ParameterTable& parameters, const std::string& prefix,
              bool checkpoints);

  const TextShape& shape() const { return shape_; }

  /// The matrices of its layers, in the order of decoder_parameters(). @param prefix  as above.
  std::vector<NamedLinear> matrices(const std::string& prefix);

  /// Rows of the embedding. @param ids  [N] int64.  @return [N, D].
  at::Tensor embed(const at::Tensor& ids) const;
  /// The vocabulary projection, [V, D]; the embedding when tied.
  const at::Tensor& head_weight() const { return head_; }

  /// Called with the rotated keys and the values of each layer, [T, K, Dh]; again where a backward
  /// pass computes a layer again.
  using KeyValueSink =
      std::function<void(int64_t layer, const at::Tensor& keys, const at::Tensor& values)>;

  /// What a vision tower adds to the states of its tokens behind the first layers.
  struct Levels {
    at::Tensor rows;                   ///< [n] int64: which tokens they are.
    std::vector<at::Tensor> features;  ///< [n, D] for each of the first layers.
  };

  /// What forward() may be asked for beside all final states.
  struct Request {
    /// [n] int64: only these final states, the others are spared the end of the last layer.
    at::Tensor rows;
    KeyValueSink sink = {};  ///< May be empty.
    Levels levels = {};      ///< May be empty.
    /// Receives the state after each layer, [T, D] (of `rows` after the last), for tests; levels
    /// are added behind that.
    std::vector<at::Tensor>* trace = nullptr;
  };

  /// @param embeddings  [T, D]; @param position_ids  [3, T]; @param spans  cover the sequence in
  /// order.  @return [T or n, D] after the final norm.
  at::Tensor forward(const at::Tensor& embeddings, const at::Tensor& position_ids,
                     const std::vector<GroupSpan>& spans, const Request& request) const;
  at::Tensor forward(const at::Tensor& embeddings, const at::Tensor& position_ids,
                     const std::vector<GroupSpan>& spans) const {
    return forward(embeddings, position_ids, spans, Request{});
  }

  /// One token for every row of the cache, whose suffixes grow by one. @param embeddings  [B, D].
  /// @return [B, D].
  at::Tensor decode(const at::Tensor& embeddings, KvCache& cache) const;

  /// One token for every slot of every place, also those without a row, as
  /// VisionLanguageModel::decode_cells. @param embeddings  [N * G, D].
  at::Tensor decode_cells(const at::Tensor& embeddings, KvCache& cache,
                          const KvCache::Lengths& lengths) const;

 private:
  at::Tensor through_layer(size_t index, const at::Tensor& x, const RotaryTable& table,
                           const Attend& attend, const at::Tensor& rows) const;
  at::Tensor run_layers(at::Tensor x, const RotaryTable& float_table, const Attend& attend,
                        const Request& request) const;
  BlockWeights weights_of(size_t layer) const { return {blocks_, layer}; }
  /// Through all layers by DecodingSteps. @param x  [B, D], changed in place.
  void decode_in_place(const at::Tensor& x, const RotaryTable& table, const Attend& attend) const;
  at::Tensor decode_rectangle(const at::Tensor& embeddings, KvCache& cache) const;
  at::Tensor decode_on_cpu(const at::Tensor& embeddings, KvCache& cache) const;

  TextShape shape_;
  at::Tensor embedding_, head_, final_norm_;
  std::vector<LayerWeights> layers_;
  distributed::ShardedBlocks* blocks_;  ///< Null: all layers are whole here.
  bool checkpoints_;
};

}  // namespace vrlt::model
