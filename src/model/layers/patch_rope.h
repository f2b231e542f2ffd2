#pragma once

#include <ATen/core/Tensor.h>

#include "model/layers/rope.h"
#include "model/layers/vision_grids.h"

namespace vrlt::model {

/// Rotation angles of patches, [S, Dh/2] float32 on a device: the first half by row, the second by
/// column (docs/spec/qwen2_5_vl.md#rotary-embedding-of-patches).
at::Tensor patch_angles(const PatchPlaces& places, int64_t head_dim, at::Device device);

/// Rotates pairs (i, i + Dh/2), in float32 (float64 stays), and gives the dtype of x back.
/// @param x  [S, heads, Dh]; @param table  of patch_angles().
at::Tensor rotate_patches(const at::Tensor& x, const RotaryTable& table);

}  // namespace vrlt::model
