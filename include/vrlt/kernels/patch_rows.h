#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace vrlt::kernels {

/// How a picture is taken apart, in pixels: patches of patch_size a side, merge_size of them a side
/// in a block.
struct PatchLayout {
  int64_t patch_size, merge_size;
};

/// The frames of one slice to their patch rows: one pass over the pixels, in the order in which
/// rows are stored.
/// @param frames  those that a patch reaches through, each [3, height, width]; sides are multiples
/// of patch_size * merge_size.
/// @param rows    [height / patch_size * width / patch_size, 3 * frames.size() * patch_size^2].
void write_patch_rows(std::span<const uint8_t* const> frames, int64_t height, int64_t width,
                      PatchLayout layout, uint8_t* rows);

/// What makes numbers of levels from 0 to 255, by channel: (level - mean) / std.
struct LevelScale {
  std::array<float, 3> mean, std;
};

/// @param levels  [num_rows, 3, per_channel].  @param values  the same shape.
void normalize_levels(const uint8_t* levels, int64_t num_rows, int64_t per_channel,
                      const LevelScale& scale, float* values);

}  // namespace vrlt::kernels
