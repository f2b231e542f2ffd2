#pragma once

#include <cstdint>

#include "vrlt/processor/model_inputs.h"
#include "vrlt/processor/vision_geometry.h"

namespace vrlt::processor {

/// The same prompt with the frames of its (only) video in random order; times, text and positions
/// stay. What T-GRPO compares with: where the order of frames helps, responses to these are worse.
/// Equal to shuffling the frames before the processor cut them.
/// @param seed, key  the order depends on these and the number of frames only.
/// @throws ContractError without a video.
/// Source: Video-R1 (arXiv:2503.21776), shuffled-frame group.
ModelInputs with_shuffled_frames(const ModelInputs& inputs, const VisionGeometry& geometry,
                                 uint64_t seed, uint64_t key);

}  // namespace vrlt::processor
