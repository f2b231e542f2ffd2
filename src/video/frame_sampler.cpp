#include "vrlt/video/frame_sampler.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/round.h>

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::video {
namespace {

constexpr int64_t kFrameFactor = 2;  // frames per temporal patch
constexpr double kMaxPixelsPerFrame = 768 * 28 * 28;
constexpr double kMaxAspectRatio = 200.0;
constexpr int64_t kMinImagePatches = 4, kMaxImagePatches = 16384;  // bounds of a size that the caller fixes

double ceil_to_factor(double n) { return std::ceil(n / kFrameFactor) * kFrameFactor; }
double floor_to_factor(double n) { return std::floor(n / kFrameFactor) * kFrameFactor; }
double round_to_factor(double n) { return std::nearbyint(n / kFrameFactor) * kFrameFactor; }

/// smart_nframes of qwen-vl-utils 0.0.14; without its rounding of `min_frames` the rule of transformers too.
double count_frames(int64_t total, double video_fps, double low, const VideoOptions& options) {
  if (options.num_frames) return round_to_factor(static_cast<double>(*options.num_frames));
  const double high = floor_to_factor(static_cast<double>(std::min(options.max_frames, std::max(total, int64_t{0}))));
  const double wanted = static_cast<double>(total) / video_fps * options.fps;
  return floor_to_factor(std::min(std::min(std::max(wanted, low), high), static_cast<double>(total)));
}

double count_qwen_vl_utils(int64_t total, double video_fps, const VideoOptions& options) {
  return count_frames(total, video_fps, ceil_to_factor(static_cast<double>(options.min_frames)), options);
}

double count_hf_native(int64_t total, double video_fps, const VideoOptions& options) {
  return count_frames(total, video_fps, static_cast<double>(options.min_frames), options);
}

// The references compute places in float32; their roundings are part of the result.
at::Tensor place_qwen_vl_utils(int64_t first, int64_t total, int64_t count) {
  return at::linspace(first, first + total - 1, count, at::kFloat).round().to(at::kLong);
}

/// The library's element count, the ceiling of a quotient, is often one too many: that one lies behind the end.
at::Tensor place_hf_native(int64_t first, int64_t total, int64_t count) {
  const auto places = at::arange(0, total, static_cast<double>(total) / static_cast<double>(count), at::kFloat).to(at::kLong) + first;
  return places.narrow(0, 0, count).contiguous();
}

struct SamplerEntry {
  const char* name;
  double (*count)(int64_t total, double video_fps, const VideoOptions& options);
  at::Tensor (*place)(int64_t first, int64_t total, int64_t count);
};
constexpr SamplerEntry kSamplers[] = {
    {"qwen_vl_utils", count_qwen_vl_utils, place_qwen_vl_utils},
    {"hf_native", count_hf_native, place_hf_native},
};

const SamplerEntry& find_sampler(const std::string& name) {
  for (const auto& entry : kSamplers)
    if (name == entry.name) return entry;
  std::string known;
  for (const auto& entry : kSamplers) known += concat(known.empty() ? "" : ", ", entry.name);
  throw ConfigError(concat("video.sampler \"", name, "\" is unknown; known: ", known));
}

}  // namespace

std::vector<std::string> sampler_names() {
  std::vector<std::string> names;
  for (const auto& entry : kSamplers) names.emplace_back(entry.name);
  return names;
}

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
  const auto& sampler = find_sampler(options.sampler);
  const double count = sampler.count(total, video_fps, options);
  if (!(count >= kFrameFactor && count <= static_cast<double>(total)))
    throw DataError(concat("cannot take ", count, " frames of a video of ", total, " [too_few_frames]"));
  const auto places = sampler.place(first, total, static_cast<int64_t>(count));
  const auto* begin = places.const_data_ptr<int64_t>();
  return {{begin, begin + places.numel()}, count / std::max(static_cast<double>(total), 1e-6) * video_fps};
}

ImageSize smart_resize(int64_t height, int64_t width, int64_t factor, int64_t min_pixels, double max_pixels) {
  if (height < 1 || width < 1) throw DataError(concat("frame size ", width, "x", height, " [corrupt]"));
  if (max_pixels < static_cast<double>(min_pixels)) throw ConfigError(concat("max_pixels ", max_pixels, " is below min_pixels ", min_pixels));
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
  if (options.resized_height.has_value() != options.resized_width.has_value())
    throw ConfigError("video.resized_height and video.resized_width are given together or not at all");
  if (options.resized_height) {
    const int64_t patch = options.patch_factor * options.patch_factor;
    return smart_resize(*options.resized_height, *options.resized_width, options.patch_factor, kMinImagePatches * patch,
                        static_cast<double>(kMaxImagePatches * patch));
  }
  double max_pixels = std::max(std::min(kMaxPixelsPerFrame, options.total_pixels / static_cast<double>(num_frames) * kFrameFactor),
                               std::trunc(static_cast<double>(options.min_pixels) * 1.05));
  if (options.max_pixels) max_pixels = std::min(*options.max_pixels, max_pixels);
  return smart_resize(source.height, source.width, options.patch_factor, options.min_pixels, max_pixels);
}

}  // namespace vrlt::video
