#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <vector>

#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/model_inputs.h"

namespace vrlt::model {

/// Features of the images and then of the video of each prompt, [N, D] each, undefined for a prompt of text. They go through the vision
/// encoder together, up to a bounded number of patches per pass; attention never crosses a video, so each gets what it would get alone.
/// Records gradients when they are enabled.
std::vector<at::Tensor> encode_vision(VisionLanguageModel& model, std::span<const std::shared_ptr<const processor::ModelInputs>> prompts);

}  // namespace vrlt::model
