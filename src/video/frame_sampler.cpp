#include "vrlt/video/frame_sampler.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/round.h>

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/video/media_choices.h"

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

/// What there is to choose from.
struct Footage {
  int64_t total_frames = 0;
  double fps = 0.0;
  std::optional<double> start_seconds, end_seconds;
  int64_t first_number = 0;
};

/// First and last frame of the cut, both included.
struct FrameRange {
  int64_t first = 0, last = 0;
};

FrameRange cut(const Footage& video) {
  FrameRange range{0, video.total_frames - 1};
  if (!video.start_seconds && !video.end_seconds) return range;
  const double duration = static_cast<double>(video.total_frames) / video.fps;
  const double start = std::clamp(video.start_seconds.value_or(0.0), 0.0, duration);
  const double end = std::clamp(video.end_seconds.value_or(duration), 0.0, duration);
  if (video.start_seconds) range.first = static_cast<int64_t>(std::ceil(start * video.fps));
  if (video.end_seconds) range.last = std::min(static_cast<int64_t>(std::floor(end * video.fps)), range.last);
  if (range.first >= range.last) throw DataError(concat("the cut from ", start, " to ", end, " s holds no frames [too_few_frames]"));
  return range;
}

template <double (*count_frames)(int64_t, double, const VideoOptions&), at::Tensor (*place)(int64_t, int64_t, int64_t)>
FrameSelection select_in_cut(const Footage& video, const VideoOptions& options) {
  const auto range = cut(video);
  const int64_t total = range.last - range.first + 1;
  const double count = count_frames(total, video.fps, options);
  if (!(count >= kFrameFactor && count <= static_cast<double>(total)))
    throw DataError(concat("cannot take ", count, " frames of a video of ", total, " [too_few_frames]"));
  const auto places = place(range.first, total, static_cast<int64_t>(count));
  const auto* begin = places.const_data_ptr<int64_t>();
  return {{begin, begin + places.numel()}, count / std::max(static_cast<double>(total), 1e-6) * video.fps};
}

/// get_index of MVBench's notebook, whose frame numbers begin at 0 in files and at 1 in folders of pictures. Short cuts repeat frames.
FrameSelection select_segment_centres(const Footage& video, const VideoOptions& options) {
  if (!options.num_frames) throw ConfigError("video.sampler segment_centres: video.num_frames is not given; expected how many segments");
  const auto count = static_cast<int64_t>(round_to_factor(static_cast<double>(*options.num_frames)));
  const auto lowest = static_cast<double>(video.first_number), highest = lowest + static_cast<double>(video.total_frames - 1);
  const double start = video.start_seconds ? std::max(lowest, std::nearbyint(*video.start_seconds * video.fps)) : lowest;
  const double end = video.end_seconds ? std::min(std::nearbyint(*video.end_seconds * video.fps), highest) : highest;
  if (start > end)
    throw DataError(concat("the cut from ", video.start_seconds.value_or(0.0), " s on holds no frames of a video of ",
                           static_cast<double>(video.total_frames) / video.fps, " s [too_few_frames]"));
  const double segment = (end - start) / static_cast<double>(count);
  FrameSelection selection;
  for (int64_t i = 0; i < count; ++i)
    selection.indices.push_back(static_cast<int64_t>(start + segment / 2 + std::nearbyint(segment * static_cast<double>(i))) - video.first_number);
  selection.sample_fps = static_cast<double>(count) / std::max(end - start, 1.0) * video.fps;
  return selection;
}

struct SamplerEntry : Choice {
  FrameSelection (*select)(const Footage& video, const VideoOptions& options);
};
constexpr SamplerEntry kSamplers[] = {
    {row_named(kSamplerChoices, "qwen_vl_utils"), select_in_cut<count_qwen_vl_utils, place_qwen_vl_utils>},
    {row_named(kSamplerChoices, "hf_native"), select_in_cut<count_hf_native, place_hf_native>},
    {row_named(kSamplerChoices, "segment_centres"), select_segment_centres},
};
static_assert(std::size(kSamplers) == std::size(kSamplerChoices));

const SamplerEntry& find_sampler(const std::string& name) {
  for (const auto& entry : kSamplers)
    if (name == entry.name) return entry;
  std::string known;
  for (const auto& entry : kSamplers) known += concat(known.empty() ? "" : ", ", entry.name);
  throw ConfigError(concat("video.sampler \"", name, "\" is unknown; known: ", known));
}

}  // namespace

std::vector<std::string> sampler_names() { return names_of(kSamplerChoices); }

FrameSelection select_frames(int64_t total_frames, double video_fps, const VideoOptions& options, std::optional<double> start_seconds,
                             std::optional<double> end_seconds, int64_t first_number) {
  if (!(video_fps > 0) || !std::isfinite(video_fps)) throw DataError(concat("frame rate ", video_fps, " is not usable [corrupt]"));
  return find_sampler(options.sampler).select({total_frames, video_fps, start_seconds, end_seconds, first_number}, options);
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
