#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>

#include "model/text_decoder/text_decoder.h"
#include "vrlt/model/group_batch.h"
#include "vrlt/model/kv_cache.h"

namespace vrlt::model {

/// A prompt with the features of its pictures in it.
struct EmbeddedPrompt {
  at::Tensor embeddings;  ///< [P, D]
  /// What is added at its vision tokens behind the first layers; empty where the family has none.
  TextDecoder::Levels levels = {};
};

/// What a family makes of a prompt and of the [N, F] of its pictures.
using EmbedPrompt = std::function<EmbeddedPrompt(const PromptGroup& group)>;

/// VisionLanguageModel::response_hidden() of any family.
at::Tensor hidden_of_responses(const GroupBatch& batch, const TextDecoder& decoder,
                               const EmbedPrompt& embed);

/// VisionLanguageModel::prefill() of any family.
KvCache prefill_groups(std::span<const PromptGroup> groups, const TextDecoder& decoder,
                       const EmbedPrompt& embed, at::Tensor* last_hidden);

}  // namespace vrlt::model
