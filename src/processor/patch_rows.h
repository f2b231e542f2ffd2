#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "vrlt/processor/vision_geometry.h"

namespace vrlt::processor {

/// What makes numbers of levels from 0 to 255, by channel: (level - mean) / std.
struct LevelScale {
  std::array<float, 3> mean, std;
};

/// The frames of one slice to their patch rows, normalised: one pass over the pixels, in the order in which rows are stored.
/// @param frames  geometry.temporal_patch times [3, height, width]; sides are multiples of the pixel factor.
/// @param rows    [height / patch_size * width / patch_size, patch_values].
void write_patch_rows(std::span<const uint8_t* const> frames, int64_t height, int64_t width, const VisionGeometry& geometry, const LevelScale& scale,
                      float* rows);

}  // namespace vrlt::processor
