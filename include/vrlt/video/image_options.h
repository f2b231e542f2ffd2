#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace vrlt::video {

/// Size of images: the sides become multiples of the pixel factor with an area within these bounds
/// (smart_resize).
struct ImageOptions {
  int64_t min_pixels = 1;
  double max_pixels = std::numeric_limits<double>::infinity();
  int64_t pixel_factor = 1;       ///< As VideoOptions has.
  std::string resize = "pil_u8";  ///< One of resize_kernel_names().
};

}  // namespace vrlt::video
