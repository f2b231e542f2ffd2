#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace vrlt::video {

/// Which frames and what size, as qwen-vl-utils decides.
struct VideoOptions {
  double fps = 2.0;                       ///< Frames per second taken, unless `num_frames` is given.
  std::optional<int64_t> num_frames;
  int64_t min_frames = 4;
  int64_t max_frames = 768;
  int64_t min_pixels = 128 * 28 * 28;     ///< Per frame.
  std::optional<double> max_pixels;       ///< Per frame.
  double total_pixels = 90316800.0;       ///< Over the clip: 128000 * 784 * 0.9.
  int64_t patch_factor = 28;              ///< Every side is a multiple of it.
};

struct FrameSelection {
  std::vector<int64_t> indices;           ///< Ascending frame numbers in presentation order.
  double sample_fps = 0.0;                ///< Frames per second actually taken.
};

/// Frames of qwen-vl-utils 0.0.14 (spec 6.2, 6.3): `smart_nframes`, then float32 linspace, rounded half to even.
/// @param total_frames  frames in the file; @param video_fps its average rate.
/// @param start_seconds,end_seconds  optional cut, clamped to the video.
/// @throws DataError if fewer than 2 frames can be taken or the cut is empty.
FrameSelection select_frames(int64_t total_frames, double video_fps, const VideoOptions& options,
                             std::optional<double> start_seconds = {}, std::optional<double> end_seconds = {});

struct ImageSize {
  int64_t height = 0;
  int64_t width = 0;
  bool operator==(const ImageSize&) const = default;
};

/// Nearest size whose sides are multiples of `factor` and whose area lies in [min_pixels, max_pixels]; max(factor, .) in both branches.
/// @throws DataError for an aspect ratio above 200.
ImageSize smart_resize(int64_t height, int64_t width, int64_t factor, int64_t min_pixels, double max_pixels);

/// The size of each frame of a clip of `num_frames` (spec 6.4).
ImageSize clip_frame_size(int64_t num_frames, ImageSize source, const VideoOptions& options);

}  // namespace vrlt::video
