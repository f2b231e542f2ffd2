#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "vrlt/video/frame_sampler.h"

namespace vrlt::video {

/// Antialiased bicubic resizes (Keys kernel, a = -0.5) of the reference's paths. They are different
/// operators, not roundings of each other: on hard edges they differ by several levels
/// (docs/spec/qwen2_5_vl.md#resizing).
enum class ResizeKernel {
  /// tv_float: float32, clamped, rounded half to even. Frames of qwen-vl-utils.
  kTorchFloat,
  /// tv_uint8: torchvision's kernel with integer weights. What transformers' own processors call on
  /// the CPU.
  kTorchUint8,
  /// pil_u8: Pillow 13, where the vertical pass comes first when it shrinks the picture most.
  /// Images of qwen-vl-utils.
  kPillow,
  kPillowHorizontalFirst,  ///< pil_u8_horizontal_first: Pillow up to 12.3.
};

/// Names of the kernels there are.
std::vector<std::string> resize_kernel_names();

/// @throws ConfigError for an unknown name.
ResizeKernel parse_resize_kernel(const std::string& name);

/// @param frame  [3, H, W] uint8.  @return [3, size.height, size.width] uint8; the same tensor if
/// the size is equal.
at::Tensor resize_frame(const at::Tensor& frame, ImageSize size,
                        ResizeKernel kernel = ResizeKernel::kTorchFloat);

}  // namespace vrlt::video
