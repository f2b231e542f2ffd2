#pragma once

#include <array>
#include <cstdint>

namespace vrlt::processor {

/// How the vision encoder of a model takes pictures apart, and what they cost. The numbers are of a
/// model family; nothing outside its folder knows them.
struct VisionGeometry {
  int64_t patch_size = 1;  ///< Pixels per side of a patch.
  /// Frames that a patch reaches through. Frames that share patches are a slice; an image is one
  /// slice.
  int64_t temporal_patch = 1;
  int64_t merge_size = 1;  ///< Patches per side that become one vision token.
  /// Of red, green and blue, of levels from 0 to 1: the encoder sees (level - mean) / std.
  std::array<float, 3> mean = {0.0F, 0.0F, 0.0F}, std = {1.0F, 1.0F, 1.0F};
  /// That a prompt has beside each slice of a clip, about: times that are told as text.
  double text_tokens_per_slice = 0.0;

  /// Every side of a picture is a multiple of it.
  constexpr int64_t pixel_factor() const { return patch_size * merge_size; }
  /// Patches of a vision token.
  constexpr int64_t merge_area() const { return merge_size * merge_size; }
  constexpr int64_t pixels_per_token() const { return pixel_factor() * pixel_factor(); }
  /// Numbers in the row of a patch.
  constexpr int64_t patch_values() const {
    return static_cast<int64_t>(mean.size()) * temporal_patch * patch_size * patch_size;
  }
};

/// Patches of an image or a clip: what Hugging Face calls grid_thw.
struct VisionGrid {
  int64_t slices = 0, height = 0, width = 0;
  constexpr int64_t patches() const { return slices * height * width; }
};

/// Of frames of this size, whose sides are multiples of the pixel factor; the last frame fills the
/// last slice up.
constexpr VisionGrid grid_of(const VisionGeometry& geometry, int64_t num_frames, int64_t height,
                             int64_t width) {
  return {(num_frames + geometry.temporal_patch - 1) / geometry.temporal_patch,
          height / geometry.patch_size, width / geometry.patch_size};
}

}  // namespace vrlt::processor
