#pragma once

#include <ATen/core/Tensor.h>

namespace vrlt::model {

/// The pads of a prompt, whose embeddings are replaced by features.
struct PadIds {
  int64_t image = 0, video = 0;
};

/// Where a prompt has its vision tokens, in the order of its features: images, then videos. Only
/// prompts are scanned: a response may hold a pad id, which is plain text there.
/// @param ids  [P] of a prompt, on the CPU; @param num_features  how many rows are to be placed.
/// @return [num_features] int64.
/// @throws DataError if there are more or fewer such tokens than features.
at::Tensor vision_places(const at::Tensor& ids, const PadIds& pads, int64_t num_features);

}  // namespace vrlt::model
