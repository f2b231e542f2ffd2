#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace vrlt::kernels {

/// What makes numbers of levels from 0 to 255, by channel: (level - mean) / std.
struct LevelScale {
  std::array<float, 3> mean, std;
};

/// How a picture is taken apart, in pixels: patches of patch_size a side, merge_size of them a side
/// in a block.
struct PatchLayout {
  int64_t patch_size, merge_size;
};

/// The frames of one slice to their patch rows, normalised: one pass over the pixels, in the order
/// in which rows are stored.
/// @param frames  those that a patch reaches through, each [3, height, width]; sides are multiples
/// of patch_size * merge_size.
/// @param rows    [height / patch_size * width / patch_size, 3 * frames.size() * patch_size^2].
void write_patch_rows(std::span<const uint8_t* const> frames, int64_t height, int64_t width,
                      PatchLayout layout, const LevelScale& scale, float* rows);

}  // namespace vrlt::kernels
