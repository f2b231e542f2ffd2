#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::processor {

/// Everything the model needs of one prompt, made once and carried through rollout, update and
/// evaluation.
struct ModelInputs {
  at::Tensor input_ids;     ///< [P] int64, image and video pads expanded.
  at::Tensor position_ids;  ///< [3, P] int64: time, height, width.
  /// Of all images in order: [sum of H*W, patch values] uint8, as patchify() gives them; undefined
  /// without an image.
  at::Tensor pixel_values;
  at::Tensor image_grid_thw;       ///< [num_images, 3] int64, T = 1; undefined without an image.
  at::Tensor pixel_values_videos;  ///< [T*H*W, patch values] uint8; undefined without a video.
  at::Tensor video_grid_thw;       ///< [num_videos, 3] int64; undefined without a video.
  int64_t next_position = 0;       ///< Position of the first generated token, on all three axes.
  double sample_fps = 0.0;         ///< Of the (only) video; 0 without one.
  int64_t num_frames = 0;
  std::vector<double> frame_seconds;
  /// The same key, the same pixels: for a cache of what an encoder makes of them. Empty: unknown,
  /// or there is no video, or not only one.
  std::string media_key;
  std::string text;  ///< The conversation that input_ids stand for, as PromptText has it.
  /// What the text ends in of the turn that the model goes on with: PromptFormat::turn_prefix().
  std::string turn_prefix;

  int64_t num_patches() const {
    return (pixel_values.defined() ? pixel_values.size(0) : 0) +
           (pixel_values_videos.defined() ? pixel_values_videos.size(0) : 0);
  }
};

}  // namespace vrlt::processor
