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
  /// Of each id, float32, at the sampling temperature (1 if that is 0) over the full vocabulary: what the update computes for the
  /// same policy, so that their difference is the engine's error. Where ids are masked or top-k, top-p or min-p cut, the
  /// distribution that was drawn from is this one renormalised to what was kept; the loss does not correct for that.
  std::vector<float> log_probs;
  bool truncated = false;  ///< The length limit came before a stop token.
  std::string text;        ///< Without special tokens.
};

/// A prompt and its G responses.
struct RolloutGroup {
  Prompt prompt;
  at::Tensor vision_features;        ///< [N, D], as encoded for the rollout; undefined without a video.
  bool features_from_cache = false;  ///< The encoder did not run for them.
  std::vector<Response> responses;
};

}  // namespace vrlt::rollout
