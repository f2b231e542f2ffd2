#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/model_inputs.h"

namespace vrlt::model {

/// Features of the images and then of the video of each prompt, [N, F] each, undefined for a prompt
/// of text. They go through the vision encoder together, up to a bounded number of patches per
/// pass; attention never crosses a video, so each gets what it would get alone. Where the model has
/// a cache of features, those of prompts with a media key come from there or go there. Records
/// gradients when they are enabled.
/// @param from_cache  receives for each prompt whether the encoder did not run for it.
std::vector<at::Tensor> encode_vision(
    VisionLanguageModel& model,
    std::span<const std::shared_ptr<const processor::ModelInputs>> prompts,
    std::vector<bool>* from_cache = nullptr);

/// Names the encoder, its weights and the kind of device by a hash: what it makes of the same
/// pixels is the same, to the bit.
std::string encoder_fingerprint(VisionLanguageModel& model);

}  // namespace vrlt::model
