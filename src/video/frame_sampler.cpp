#include "vrlt/video/frame_sampler.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/round.h>

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/video/frame_pixels.h"
#include "vrlt/video/media_choices.h"

namespace vrlt::video {
namespace {

constexpr int64_t kFrameFactor = 2;  // frames per temporal patch
constexpr int64_t kMaxTokensPerFrame = 768;
constexpr double kMaxAspectRatio = 200.0;
constexpr const char* kRefuse = "refuse";  // of VideoOptions::short_clip
// bounds of a size that the caller fixes
constexpr int64_t kMinImageTokens = 4, kMaxImageTokens = 16384;

double ceil_to_factor(double n) { return std::ceil(n / kFrameFactor) * kFrameFactor; }
double floor_to_factor(double n) { return std::floor(n / kFrameFactor) * kFrameFactor; }
double round_to_factor(double n) { return std::nearbyint(n / kFrameFactor) * kFrameFactor; }

/// smart_nframes of qwen-vl-utils 0.0.14; without its rounding of `min_frames` the rule of
/// transformers too.
double count_frames(int64_t total, double video_fps, double low, const VideoOptions& options) {
  if (options.num_frames) return round_to_factor(static_cast<double>(*options.num_frames));
  const double high = floor_to_factor(
      static_cast<double>(std::min(options.max_frames, std::max(total, int64_t{0}))));
  const double wanted = static_cast<double>(total) / video_fps * options.fps;
  return floor_to_factor(
      std::min(std::min(std::max(wanted, low), high), static_cast<double>(total)));
}

double count_qwen_vl_utils(int64_t total, double video_fps, const VideoOptions& options) {
  return count_frames(total, video_fps, ceil_to_factor(static_cast<double>(options.min_frames)),
                      options);
}

double count_hf_native(int64_t total, double video_fps, const VideoOptions& options) {
  return count_frames(total, video_fps, static_cast<double>(options.min_frames), options);
}

// The references compute places in float32; their roundings are part of the result.
at::Tensor place_qwen_vl_utils(int64_t first, int64_t total, int64_t count) {
  return at::linspace(first, first + total - 1, count, at::kFloat).round().to(at::kLong);
}

/// The library's element count, the ceiling of a quotient, is often one too many: that one lies
/// behind the end.
at::Tensor place_hf_native(int64_t first, int64_t total, int64_t count) {
  const auto places =
      at::arange(0, total, static_cast<double>(total) / static_cast<double>(count), at::kFloat)
          .to(at::kLong) +
      first;
  return places.narrow(0, 0, count).contiguous();
}

/// What is to be chosen from, and which part of it.
struct Request {
  const Footage& video;
  const VideoOptions& options;
  std::optional<double> start_seconds, end_seconds;
  bool is_lenient() const { return options.short_clip != kRefuse; }
};

/// First and last frame of the cut, both included.
struct FrameRange {
  int64_t first = 0, last = 0;
};

FrameRange cut(const Request& request) {
  const auto& video = request.video;
  FrameRange range{0, video.num_frames - 1};
  if (!request.start_seconds && !request.end_seconds) return range;
  const double duration = static_cast<double>(video.num_frames) / video.fps;
  const double start = std::clamp(request.start_seconds.value_or(0.0), 0.0, duration);
  const double end = std::clamp(request.end_seconds.value_or(duration), 0.0, duration);
  if (request.start_seconds) range.first = static_cast<int64_t>(std::ceil(start * video.fps));
  if (request.end_seconds)
    range.last = std::min(static_cast<int64_t>(std::floor(end * video.fps)), range.last);
  if (range.first < range.last) return range;
  if (!request.is_lenient() || !(start < end))
    throw DataError(
        concat("the cut from ", start, " to ", end, " s holds no frames [too_few_frames]"));
  // Within one frame, or from one to just behind the next: the one that is shown at the start.
  const int64_t shown =
      std::min(static_cast<int64_t>(std::floor(start * video.fps)), video.num_frames - 1);
  return range.first == range.last ? range : FrameRange{shown, shown};
}

FrameSelection timed(std::vector<int64_t> indices, double sample_fps, const Footage& video) {
  FrameSelection selection{.indices = std::move(indices), .sample_fps = sample_fps};
  for (const int64_t index : selection.indices)
    selection.seconds.push_back(video.seconds_of(index));
  return selection;
}

template <double (*count_frames)(int64_t, double, const VideoOptions&),
          at::Tensor (*place)(int64_t, int64_t, int64_t)>
FrameSelection select_in_cut(const Request& request) {
  const auto& video = request.video;
  const auto range = cut(request);
  const int64_t total = range.last - range.first + 1;
  double count = count_frames(total, video.fps, request.options);
  if (request.is_lenient() && total == 1)
    return timed({range.first, range.first}, kFrameFactor * video.fps, video);
  if (request.is_lenient()) count = std::min(count, floor_to_factor(static_cast<double>(total)));
  if (!(count >= kFrameFactor && count <= static_cast<double>(total)))
    throw DataError(
        concat("cannot take ", count, " frames of a video of ", total, " [too_few_frames]"));
  const auto places = place(range.first, total, static_cast<int64_t>(count));
  const auto* begin = places.const_data_ptr<int64_t>();
  return timed({begin, begin + places.numel()},
               count / std::max(static_cast<double>(total), 1e-6) * video.fps, video);
}

/// sample_frames of transformers' Qwen3VLVideoProcessor. Frames repeat where more are asked for
/// than there are.
FrameSelection select_hf_qwen3(const Request& request) {
  const auto& video = request.video;
  const auto& options = request.options;
  const auto range = cut(request);
  const int64_t total = range.last - range.first + 1;
  const auto wanted = static_cast<int64_t>(static_cast<double>(total) / video.fps * options.fps);
  const int64_t count = options.num_frames.value_or(
      std::min({std::max(wanted, options.min_frames), options.max_frames, total}));
  if (count < 1)
    throw DataError(
        concat("cannot take ", count, " frames of a video of ", total, " [too_few_frames]"));
  std::vector<int64_t> indices;
  const double step =
      static_cast<double>(total - 1) / static_cast<double>(std::max<int64_t>(count - 1, 1));
  for (int64_t i = 0; i < count; ++i)
    indices.push_back(range.first +
                      static_cast<int64_t>(std::nearbyint(static_cast<double>(i) * step)));
  if (count > 1) indices.back() = range.last;
  return timed(std::move(indices),
               static_cast<double>(count) / static_cast<double>(total) * video.fps, video);
}

/// get_index of MVBench's notebook, whose frame numbers begin at 0 in files and at 1 in folders of
/// pictures. Short cuts repeat frames.
FrameSelection select_segment_centres(const Request& request) {
  const auto& video = request.video;
  if (!request.options.num_frames)
    throw ConfigError(
        "video.sampler segment_centres: video.num_frames is not given; expected how many segments");
  const auto count =
      static_cast<int64_t>(round_to_factor(static_cast<double>(*request.options.num_frames)));
  const auto lowest = static_cast<double>(video.first_number),
             highest = lowest + static_cast<double>(video.num_frames - 1);
  const double start = request.start_seconds
                           ? std::max(lowest, std::nearbyint(*request.start_seconds * video.fps))
                           : lowest;
  const double end = request.end_seconds
                         ? std::min(std::nearbyint(*request.end_seconds * video.fps), highest)
                         : highest;
  if (start > end)
    throw DataError(concat("the cut from ", request.start_seconds.value_or(0.0),
                           " s on holds no frames of a video of ",
                           static_cast<double>(video.num_frames) / video.fps,
                           " s [too_few_frames]"));
  const double segment = (end - start) / static_cast<double>(count);
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < count; ++i)
    indices.push_back(static_cast<int64_t>(start + segment / 2 +
                                           std::nearbyint(segment * static_cast<double>(i))) -
                      video.first_number);
  return timed(std::move(indices),
               static_cast<double>(count) / std::max(end - start, 1.0) * video.fps, video);
}

/// Times in files are rounded, to 1 ms in the coarsest containers.
constexpr double kTimeSlackSeconds = 1e-3;

int64_t count_by_time(double length_seconds, const VideoOptions& options) {
  if (options.num_frames)
    return std::max<int64_t>(
        kFrameFactor,
        static_cast<int64_t>(round_to_factor(static_cast<double>(*options.num_frames))));
  const double low = ceil_to_factor(static_cast<double>(options.min_frames)),
               high = floor_to_factor(static_cast<double>(options.max_frames));
  return static_cast<int64_t>(floor_to_factor(
      std::min(std::max((length_seconds + kTimeSlackSeconds) * options.fps, low), high)));
}

/// The last frame that is shown by then.
int64_t frame_at(const Footage& video, double seconds) {
  const double latest = seconds + kTimeSlackSeconds;
  if (video.frame_seconds.empty())
    return std::clamp<int64_t>(static_cast<int64_t>(std::floor(latest * video.fps)), 0,
                               video.num_frames - 1);
  const auto after =
      std::upper_bound(video.frame_seconds.begin(), video.frame_seconds.end(), latest);
  return std::max<int64_t>(after - video.frame_seconds.begin() - 1, 0);
}

FrameSelection select_by_time(const Request& request) {
  const auto& video = request.video;
  const double duration = video.duration();
  const double start = std::clamp(request.start_seconds.value_or(0.0), 0.0, duration);
  const double end = std::clamp(request.end_seconds.value_or(duration), 0.0, duration);
  if (video.num_frames < 1 || !(start < end))
    throw DataError(
        concat("the cut from ", start, " to ", end, " s holds no frames [too_few_frames]"));
  if (!request.is_lenient() && video.num_frames < kFrameFactor)
    throw DataError(concat("cannot take ", kFrameFactor, " frames of a video of ", video.num_frames,
                           " [too_few_frames]"));
  const int64_t count = count_by_time(end - start, request.options);
  const double step = (end - start) / static_cast<double>(count);
  FrameSelection selection{.sample_fps = 1.0 / step};
  for (int64_t k = 0; k < count; ++k) {
    selection.seconds.push_back(start + step * static_cast<double>(k));
    selection.indices.push_back(frame_at(video, selection.seconds.back()));
  }
  return selection;
}

struct SamplerEntry : Choice {
  FrameSelection (*select)(const Request& request);
};
constexpr SamplerEntry kSamplers[] = {
    {row_named(kSamplerChoices, "qwen_vl_utils"),
     select_in_cut<count_qwen_vl_utils, place_qwen_vl_utils>},
    {row_named(kSamplerChoices, "hf_native"), select_in_cut<count_hf_native, place_hf_native>},
    {row_named(kSamplerChoices, "hf_qwen3"), select_hf_qwen3},
    {row_named(kSamplerChoices, "segment_centres"), select_segment_centres},
    {row_named(kSamplerChoices, kByTime), select_by_time},
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

FrameSelection select_frames(const Footage& footage, const VideoOptions& options,
                             std::optional<double> start_seconds,
                             std::optional<double> end_seconds) {
  if (!(footage.fps > 0) || !std::isfinite(footage.fps))
    throw DataError(concat("frame rate ", footage.fps, " is not usable [corrupt]"));
  return find_sampler(options.sampler).select({footage, options, start_seconds, end_seconds});
}

FrameSelection select_frames(int64_t total_frames, double video_fps, const VideoOptions& options,
                             std::optional<double> start_seconds, std::optional<double> end_seconds,
                             int64_t first_number) {
  return select_frames({.num_frames = total_frames, .fps = video_fps, .first_number = first_number},
                       options, start_seconds, end_seconds);
}

TimingDifference timing_difference(const Footage& footage, const FrameSelection& selection) {
  TimingDifference result{.half_step = 0.5 / selection.sample_fps};
  if (selection.indices.empty()) return result;
  for (int64_t i = selection.indices.front(); i <= selection.indices.back(); ++i) {
    const double difference =
        std::abs(footage.seconds_of(i) - static_cast<double>(i) / footage.fps);
    if (difference > result.seconds) result = {difference, i, result.half_step};
  }
  return result;
}

namespace {

/// Sides before they become multiples of a factor.
struct Sides {
  double height, width;
};

void check_sides(Sides sides, int64_t min_pixels, double max_pixels) {
  if (sides.height < 1 || sides.width < 1)
    throw DataError(concat("frame size ", sides.width, "x", sides.height, " [corrupt]"));
  if (max_pixels < static_cast<double>(min_pixels))
    throw ConfigError(concat("max_pixels ", max_pixels, " is below min_pixels ", min_pixels));
  if (std::max(sides.height, sides.width) / std::min(sides.height, sides.width) > kMaxAspectRatio)
    throw DataError(concat("frame size ", sides.width, "x", sides.height,
                           " has an aspect ratio above ", kMaxAspectRatio, " [aspect_ratio]"));
}

/// @param rounded_frames, frames  which the bounds count before and behind the resizing: 1 and 1
/// for a picture.
ImageSize resized(Sides sides, int64_t factor, double rounded_frames, double frames,
                  double min_pixels, double max_pixels) {
  const auto [h, w] = sides;
  const auto f = static_cast<double>(factor);
  double new_h = std::max(f, std::nearbyint(h / f) * f),
         new_w = std::max(f, std::nearbyint(w / f) * f);
  const double pixels = rounded_frames * new_h * new_w;
  if (pixels > max_pixels) {
    const double scale = std::sqrt(frames * h * w / max_pixels);
    new_h = std::max(f, std::floor(h / scale / f) * f);
    new_w = std::max(f, std::floor(w / scale / f) * f);
  } else if (pixels < min_pixels) {
    const double scale = std::sqrt(min_pixels / (frames * h * w));
    new_h = std::ceil(h * scale / f) * f;
    new_w = std::ceil(w * scale / f) * f;
  }
  return {static_cast<int64_t>(new_h), static_cast<int64_t>(new_w)};
}

}  // namespace

ImageSize smart_resize(int64_t height, int64_t width, int64_t factor, int64_t min_pixels,
                       double max_pixels) {
  const Sides sides{static_cast<double>(height), static_cast<double>(width)};
  check_sides(sides, min_pixels, max_pixels);
  return resized(sides, factor, 1.0, 1.0, static_cast<double>(min_pixels), max_pixels);
}

ImageSize smart_resize_clip(int64_t num_frames, int64_t height, int64_t width, int64_t factor,
                            int64_t min_pixels, double max_pixels) {
  if (num_frames < kFrameFactor)
    throw DataError(concat("a clip of ", num_frames, " frames [too_few_frames]"));
  Sides sides{static_cast<double>(height), static_cast<double>(width)};
  check_sides(sides, min_pixels, max_pixels);
  const auto f = static_cast<double>(factor), frames = static_cast<double>(num_frames);
  if (sides.height < f || sides.width < f) {
    const double scale = std::max(f / sides.height, f / sides.width);
    sides = {std::trunc(sides.height * scale), std::trunc(sides.width * scale)};
  }
  return resized(sides, factor, round_to_factor(frames), frames, static_cast<double>(min_pixels),
                 max_pixels);
}

namespace {

/// Pixels that a frame of a clip may have; before it is rounded to whole patches.
double most_by_frame(int64_t num_frames, const VideoOptions& options) {
  const auto most_of_frame =
      static_cast<double>(kMaxTokensPerFrame * options.pixel_factor * options.pixel_factor);
  const double pixels =
      std::max(std::min(most_of_frame,
                        options.total_pixels / static_cast<double>(num_frames) * kFrameFactor),
               std::trunc(static_cast<double>(options.min_pixels) * 1.05));
  return options.max_pixels ? std::min(*options.max_pixels, pixels) : pixels;
}

double most_by_clip(int64_t num_frames, const VideoOptions& options) {
  return options.total_pixels / static_cast<double>(std::max(num_frames, kFrameFactor));
}

double most_by_capped_clip(int64_t num_frames, const VideoOptions& options) {
  const auto most_of_frame =
      static_cast<double>(kMaxTokensPerFrame * options.pixel_factor * options.pixel_factor);
  return std::max(std::min(most_of_frame, std::floor(options.total_pixels /
                                                     static_cast<double>(num_frames))),
                  std::trunc(static_cast<double>(options.min_pixels) * 1.05));
}

ImageSize size_by_frame(int64_t num_frames, ImageSize source, const VideoOptions& options) {
  return smart_resize(source.height, source.width, options.pixel_factor, options.min_pixels,
                      most_by_frame(num_frames, options));
}

ImageSize size_by_clip(int64_t num_frames, ImageSize source, const VideoOptions& options) {
  // a single frame fills its slice up
  return smart_resize_clip(std::max(num_frames, kFrameFactor), source.height, source.width,
                           options.pixel_factor, options.min_pixels, options.total_pixels);
}

ImageSize size_by_capped_clip(int64_t num_frames, ImageSize source, const VideoOptions& options) {
  auto capped = options;
  capped.total_pixels =
      most_by_capped_clip(num_frames, options) * static_cast<double>(num_frames);
  return size_by_clip(num_frames, source, capped);
}

struct SizeRuleEntry : Choice {
  ImageSize (*size)(int64_t num_frames, ImageSize source, const VideoOptions& options);
  double (*most)(int64_t num_frames, const VideoOptions& options);
};
constexpr SizeRuleEntry kSizeRules[] = {
    {row_named(kSizeRuleChoices, "qwen_vl_utils"), size_by_frame, most_by_frame},
    {row_named(kSizeRuleChoices, "hf_qwen3"), size_by_clip, most_by_clip},
    {row_named(kSizeRuleChoices, "hf_qwen3_capped"), size_by_capped_clip, most_by_capped_clip},
};
static_assert(std::size(kSizeRules) == std::size(kSizeRuleChoices));

}  // namespace

double most_frame_pixels(int64_t num_frames, const VideoOptions& options) {
  if (options.resized_height && options.resized_width)
    return static_cast<double>(*options.resized_height * *options.resized_width);
  return find_row(kSizeRules, options.size_rule, "video.size_rule").most(num_frames, options);
}

ImageSize clip_frame_size(int64_t num_frames, ImageSize source, const VideoOptions& options) {
  if (options.resized_height.has_value() != options.resized_width.has_value())
    throw ConfigError(
        "video.resized_height and video.resized_width are given together or not at all");
  const int64_t token = options.pixel_factor * options.pixel_factor;  // pixels
  if (options.resized_height)
    return smart_resize(*options.resized_height, *options.resized_width, options.pixel_factor,
                        kMinImageTokens * token, static_cast<double>(kMaxImageTokens * token));
  return find_row(kSizeRules, options.size_rule, "video.size_rule")
      .size(num_frames, source, options);
}

}  // namespace vrlt::video
