#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vrlt::video {

/// Which frames and what size.
struct VideoOptions {
  std::string sampler = "qwen_vl_utils";  ///< Which frames: qwen_vl_utils (both ends included) | hf_native (transformers' own rule) |
                                          ///< segment_centres (of `num_frames` equal segments, MVBench's rule).
  double fps = 2.0;                       ///< Frames per second taken, unless `num_frames` is given.
  std::optional<int64_t> num_frames;
  int64_t min_frames = 4;
  int64_t max_frames = 768;
  int64_t min_pixels = 128 * 28 * 28;     ///< Per frame.
  std::optional<double> max_pixels;       ///< Per frame.
  double total_pixels = 90316800.0;       ///< Over the clip: 128000 * 784 * 0.9.
  std::optional<int64_t> resized_height;  ///< With `resized_width`: this size, to the next multiples of the patch factor.
  std::optional<int64_t> resized_width;
  int64_t patch_factor = 28;        ///< Every side is a multiple of it.
  std::string resize = "tv_float";  ///< One of resize_kernel_names().
};

struct FrameSelection {
  std::vector<int64_t> indices;  ///< Ascending frame numbers in presentation order.
  double sample_fps = 0.0;       ///< Frames per second actually taken.
};

/// Names of the samplers there are.
std::vector<std::string> sampler_names();

/// qwen_vl_utils: frames of qwen-vl-utils 0.0.14, `smart_nframes`, then float32 linspace, rounded half to even.
/// hf_native: transformers 4.53 and later, float32 arange from the first frame, truncated; the last frame is not included.
/// segment_centres: get_index of MVBench's notebook (github.com/OpenGVLab/Ask-Anything, video_chat2/mvbench.ipynb); frames repeat in a cut that is
/// shorter than `num_frames`.
/// @param total_frames  frames in the file; @param video_fps its average rate.
/// @param start_seconds,end_seconds  optional cut, clamped to the video.
/// @param first_number  of the first frame, where frames have numbers: segment_centres takes the frame numbered round(seconds * rate).
/// @throws DataError if fewer than 2 frames can be taken or the cut is empty; ConfigError for an unknown sampler, or one without its options.
FrameSelection select_frames(int64_t total_frames, double video_fps, const VideoOptions& options, std::optional<double> start_seconds = {},
                             std::optional<double> end_seconds = {}, int64_t first_number = 0);

struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;
  bool operator==(const ImageSize&) const = default;
};

/// Nearest size whose sides are multiples of `factor` and whose area lies in [min_pixels, max_pixels]; max(factor, .) in both branches.
/// @throws DataError for an aspect ratio above 200; ConfigError if max_pixels is below min_pixels.
ImageSize smart_resize(int64_t height, int64_t width, int64_t factor, int64_t min_pixels, double max_pixels);

/// The size of each frame of a clip of `num_frames`, as qwen-vl-utils 0.0.14; with max(factor, .) as above.
/// @throws as smart_resize; ConfigError also if half of the fixed size is missing.
ImageSize clip_frame_size(int64_t num_frames, ImageSize source, const VideoOptions& options);

}  // namespace vrlt::video
