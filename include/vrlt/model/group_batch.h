#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "vrlt/processor/model_inputs.h"

namespace vrlt::model {

/// A prompt and the responses that hang off it.
struct PromptGroup {
  std::shared_ptr<const processor::ModelInputs> prompt;
  /// [N, F] of encode_video(): of its images, then of its video; undefined for a prompt of text.
  at::Tensor vision_features;
  std::vector<at::Tensor> responses;  ///< Each [R] int64, R >= 1, stop token included.

  int64_t prompt_length() const { return prompt->input_ids.size(0); }
  int64_t num_response_tokens() const;
};

/// Groups that go through the model as one packed sequence `[prompt | r1 | ... | rG | next prompt |
/// ...]`: a response sees its prompt and itself only, at positions that continue from the prompt.
struct GroupBatch {
  std::vector<PromptGroup> groups;

  int64_t num_response_tokens() const;
  /// All response tokens in order (group, response, position): [N] int64, what the log-probs are
  /// of.
  at::Tensor response_ids() const;
};

}  // namespace vrlt::model
