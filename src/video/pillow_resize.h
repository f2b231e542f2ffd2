#pragma once

#include <ATen/core/Tensor.h>

#include "vrlt/video/frame_sampler.h"

namespace vrlt::video {

enum class PassOrder { kHorizontalFirst, kVerticalFirst };

/// The order of Pillow 13.0.0 (found by measurement, docs/spec/qwen2_5_vl.md#resizing).
PassOrder pillow13_order(ImageSize from, ImageSize to);

/// Pillow's bicubic `resize` of 8-bit pictures, to the bit: two passes with 22-bit weights, each
/// rounded to uint8.
/// @param picture  [C, H, W] uint8.  @return [C, to.height, to.width] uint8.
at::Tensor pillow_resize(const at::Tensor& picture, ImageSize to, PassOrder order);

}  // namespace vrlt::video
