#pragma once

#include "model/qwen2_5_vl/layer_weights.h"
#include "vrlt/model/kv_cache.h"

namespace vrlt::model::qwen2_5_vl {

/// LanguageModel::decode() for float32 on the CPU, without an operator per step of arithmetic: models that fit a CPU spend most of a
/// decoding step there. One thread but for large products.
/// @param embeddings  [B, D], one per row of the cache, whose capacity is reserved.  @return [B, D] after the final norm.
at::Tensor decode_on_cpu(const TextConfig& config, const std::vector<LayerWeights>& layers, const at::Tensor& final_norm,
                         const at::Tensor& embeddings, KvCache& cache);

}  // namespace vrlt::model::qwen2_5_vl
