#pragma once

#include <ATen/core/Tensor.h>

#include "vrlt/processor/vision_geometry.h"

namespace vrlt::model {

/// What a vision encoder sees of patch rows: (level / 255 - mean) / std, folded as the reference's
/// fast path does: the products with 255 in float32, then a subtraction and a division.
/// @param levels  [S, patch_values] uint8, as processor::patchify() gives them, on any device.
/// @return  [S, patch_values] float32 on that device.
at::Tensor normalize_patches(const at::Tensor& levels, const processor::VisionGeometry& geometry);

}  // namespace vrlt::model
