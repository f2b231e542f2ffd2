#pragma once

#include <cmath>

#include "vrlt/video/frame_sampler.h"
#include "vrlt/video/image_options.h"

namespace vrlt::test {

/// Options with the sizes that a config has for Qwen2.5-VL where it says nothing: sides of 28
/// pixels a vision token.
inline video::VideoOptions qwen_video(video::VideoOptions options = {}) {
  options.pixel_factor = 28;
  if (options.min_pixels == 1) options.min_pixels = 128 * 784;
  if (std::isinf(options.total_pixels)) options.total_pixels = 90316800;
  return options;
}

/// The same for Qwen3-VL: sides of 32 pixels a vision token.
inline video::VideoOptions qwen3_video(video::VideoOptions options = {}) {
  options.pixel_factor = 32;
  if (options.min_pixels == 1) options.min_pixels = 128 * 1024;
  if (std::isinf(options.total_pixels)) options.total_pixels = 117964800;
  return options;
}

inline video::ImageOptions qwen_image() {
  return {.min_pixels = 4 * 784, .max_pixels = 16384 * 784, .pixel_factor = 28};
}

}  // namespace vrlt::test
