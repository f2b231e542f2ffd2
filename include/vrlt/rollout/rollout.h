#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vrlt/processor/model_inputs.h"

namespace vrlt::rollout {

/// A prompt ready for the model.
struct Prompt {
  std::string sample_id;
  std::shared_ptr<const processor::ModelInputs> inputs;
  uint64_t first_draw = 0;  ///< Response k is the draw number first_draw + k of its sample.
};

/// One generated answer.
struct Response {
  std::vector<int64_t> ids;  ///< Stop token included.
  /// Of each id, float32, at the sampling temperature (1 if that is 0), of the distribution it was
  /// drawn from (docs/spec/grpo.md#log-probabilities): over what top-k, top-p and min-p keep, so
  /// that is_correction weighs what they cut; where they cut nothing over the full vocabulary, as
  /// the update computes it for the same policy: the difference is the engine's error. The ids of
  /// vision, which are never drawn, count in the full vocabulary.
  std::vector<float> log_probs;
  bool truncated = false;  ///< The length limit came before a stop token.
  /// Without special tokens; behind what the chat template began the turn with.
  std::string text;
};

/// A prompt and its G responses.
struct RolloutGroup {
  Prompt prompt;
  /// [N, F], as encoded for the rollout; undefined without a video.
  at::Tensor vision_features;
  bool features_from_cache = false;  ///< The encoder did not run for them.
  std::vector<Response> responses;
};

}  // namespace vrlt::rollout
