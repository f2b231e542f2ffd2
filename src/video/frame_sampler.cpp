#include "vrlt/video/frame_sampler.h"

#include <ATen/ops/linspace.h>
#include <ATen/ops/round.h>

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::video {
namespace {

constexpr int64_t kFrameFactor = 2;            // frames per temporal patch
constexpr double kMaxPixelsPerFrame = 768 * 28 * 28;
constexpr double kMaxAspectRatio = 200.0;

double ceil_to_factor(double n) { return std::ceil(n / kFrameFactor) * kFrameFactor; }
double floor_to_factor(double n) { return std::floor(n / kFrameFactor) * kFrameFactor; }

/// smart_nframes of qwen-vl-utils 0.0.14.
int64_t count_frames(int64_t total, double video_fps, const VideoOptions& options) {
  double count = 0;
  if (options.num_frames) {
    count = std::nearbyint(static_cast<double>(*options.num_frames) / kFrameFactor) * kFrameFactor;
  } else {
    const double low = ceil_to_factor(static_cast<double>(options.min_frames));
    const double high = floor_to_factor(static_cast<double>(std::min(options.max_frames, std::max(total, int64_t{0}))));
    const double wanted = static_cast<double>(total) / video_fps * options.fps;
    count = floor_to_factor(std::min(std::min(std::max(wanted, low), high), static_cast<double>(total)));
  }
  if (!(count >= kFrameFactor && count <= static_cast<double>(total)))
    throw DataError(concat("cannot take ", count, " frames of a video of ", total, " [too_few_frames]"));
  return static_cast<int64_t>(count);
}

}  // namespace

FrameSelection select_frames(int64_t total_frames, double video_fps, const VideoOptions& options, std::optional<double> start_seconds,
                             std::optional<double> end_seconds) {
  if (!(video_fps > 0) || !std::isfinite(video_fps)) throw DataError(concat("frame rate ", video_fps, " is not usable [corrupt]"));
  int64_t first = 0, last = total_frames - 1;
  if (start_seconds || end_seconds) {
    const double duration = static_cast<double>(total_frames) / video_fps;
    const double start = std::clamp(start_seconds.value_or(0.0), 0.0, duration);
    const double end = std::clamp(end_seconds.value_or(duration), 0.0, duration);
    if (start_seconds) first = static_cast<int64_t>(std::ceil(start * video_fps));
    if (end_seconds) last = std::min(static_cast<int64_t>(std::floor(end * video_fps)), total_frames - 1);
    if (first >= last) throw DataError(concat("the cut from ", start, " to ", end, " s holds no frames [too_few_frames]"));
  }
  const int64_t total = last - first + 1;
  const int64_t count = count_frames(total, video_fps, options);
  // The reference computes the indices in float32; its roundings are part of the result.
  const auto places = at::linspace(first, last, count, at::kFloat).round().to(at::kLong);
  const auto* begin = places.const_data_ptr<int64_t>();
  return {{begin, begin + count}, static_cast<double>(count) / std::max(static_cast<double>(total), 1e-6) * video_fps};
}

ImageSize smart_resize(int64_t height, int64_t width, int64_t factor, int64_t min_pixels, double max_pixels) {
  if (height < 1 || width < 1) throw DataError(concat("frame size ", width, "x", height, " [corrupt]"));
  const double h = static_cast<double>(height), w = static_cast<double>(width), f = static_cast<double>(factor);
  if (std::max(h, w) / std::min(h, w) > kMaxAspectRatio)
    throw DataError(concat("frame size ", width, "x", height, " has an aspect ratio above ", kMaxAspectRatio, " [aspect_ratio]"));
  double new_h = std::max(f, std::nearbyint(h / f) * f), new_w = std::max(f, std::nearbyint(w / f) * f);
  if (new_h * new_w > max_pixels) {
    const double scale = std::sqrt(h * w / max_pixels);
    new_h = std::max(f, std::floor(h / scale / f) * f);
    new_w = std::max(f, std::floor(w / scale / f) * f);
  } else if (new_h * new_w < static_cast<double>(min_pixels)) {
    const double scale = std::sqrt(static_cast<double>(min_pixels) / (h * w));
    new_h = std::ceil(h * scale / f) * f;
    new_w = std::ceil(w * scale / f) * f;
  }
  return {static_cast<int64_t>(new_h), static_cast<int64_t>(new_w)};
}

ImageSize clip_frame_size(int64_t num_frames, ImageSize source, const VideoOptions& options) {
  double max_pixels = std::max(std::min(kMaxPixelsPerFrame, options.total_pixels / static_cast<double>(num_frames) * kFrameFactor),
                               std::trunc(static_cast<double>(options.min_pixels) * 1.05));
  if (options.max_pixels) max_pixels = std::min(*options.max_pixels, max_pixels);
  if (max_pixels < static_cast<double>(options.min_pixels))
    throw ConfigError(concat("video.max_pixels ", max_pixels, " is below video.min_pixels ", options.min_pixels));
  return smart_resize(source.height, source.width, options.patch_factor, options.min_pixels, max_pixels);
}

}  // namespace vrlt::video
