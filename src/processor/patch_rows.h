#pragma once

#include <cstdint>

namespace vrlt::processor {

constexpr int64_t kPatch = 14, kMerge = 2, kTemporalPatch = 2, kChannels = 3;
constexpr int64_t kPatchValues = kChannels * kTemporalPatch * kPatch * kPatch;  ///< 1176, of one row.

/// Two frames to their patch rows, normalised: one pass over the pixels, in the order in which rows are stored.
/// @param frames  [2][3, height, width]; sides are multiples of 28.
/// @param rows    [height/14 * width/14, 1176].
void write_patch_rows(const uint8_t* const (&frames)[kTemporalPatch], int64_t height, int64_t width, float* rows);

}  // namespace vrlt::processor
