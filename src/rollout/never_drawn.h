#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "vrlt/model/vision_language_model.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::rollout {

/// The ids that no response holds: those given, and rows of the embedding without a token.
/// @return [V] bool, on the device of the model.
at::Tensor never_drawn(const model::VisionLanguageModel& model,
                       const tokenizer::Tokenizer& tokenizer,
                       const std::vector<int64_t>& never_sampled);

}  // namespace vrlt::rollout
