#pragma once

#include <cstdint>
#include <string>

namespace vrlt::video {

/// Size of images: the sides become multiples of 28 with an area within these bounds (smart_resize).
struct ImageOptions {
  int64_t min_pixels = 4 * 28 * 28;
  double max_pixels = 16384.0 * 28 * 28;
  std::string resize = "pil_u8";  ///< One of resize_kernel_names().
};

}  // namespace vrlt::video
