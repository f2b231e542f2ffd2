#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <span>

#include "model/text_decoder/text_decoder.h"
#include "vrlt/model/group_batch.h"
#include "vrlt/model/kv_cache.h"

namespace vrlt::model {

/// Embeddings of a prompt, [P, D], with the features of its pictures in it: what a family makes of
/// their [N, F].
using EmbedPrompt = std::function<at::Tensor(const PromptGroup& group)>;

/// VisionLanguageModel::response_hidden() of any family.
at::Tensor hidden_of_responses(const GroupBatch& batch, const TextDecoder& decoder,
                               const EmbedPrompt& embed);

/// VisionLanguageModel::prefill() of any family.
KvCache prefill_groups(std::span<const PromptGroup> groups, const TextDecoder& decoder,
                       const EmbedPrompt& embed, at::Tensor* last_hidden);

}  // namespace vrlt::model
