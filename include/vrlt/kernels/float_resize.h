#pragma once

#include <cstdint>

namespace vrlt::kernels {

struct PictureSize {
  int64_t height, width;
};

/// Antialiased bicubic resize in float32, clamped and rounded half to even, in one pass over the
/// pixels: only the rows that the next ones of the result are made of are kept as floats. The sums
/// are those of LibTorch's `_upsample_bicubic2d_aa` of floats in another order, heights first: in
/// real clips about one value in 100,000 is rounded to the other level.
/// @param pixels  [from.height, from.width, 3]: packed.  @param planes  [3, to.height, to.width].
void float_resize(const uint8_t* pixels, PictureSize from, PictureSize to, uint8_t* planes);

}  // namespace vrlt::kernels
