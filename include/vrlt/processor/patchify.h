#pragma once

#include <ATen/core/Tensor.h>

#include "vrlt/processor/vision_geometry.h"

namespace vrlt::processor {

/// Cuts frames into patch rows, in the order of Qwen2-VL's processor
/// (docs/spec/qwen2_5_vl.md#patch-rows). They stay levels, a quarter of the bytes of the numbers
/// that the encoder sees: model::normalize_patches() makes those where they are needed.
/// @param frames  [F, 3, H, W] uint8; the last frame fills the last slice up; H and W are multiples
/// of the pixel factor.
/// @return  [T * H / patch_size * W / patch_size, patch_values] uint8, and through the pointer
/// `grid_thw`, (T, H / patch_size, W / patch_size) as [1, 3] int64.
/// @throws DataError if the sides are not multiples of the pixel factor.
at::Tensor patchify(const at::Tensor& frames, const VisionGeometry& geometry, at::Tensor* grid_thw);

}  // namespace vrlt::processor
