#include "vrlt/processor/prompt_cost.h"

#include <algorithm>

#include "vrlt/video/frame_pixels.h"

namespace vrlt::processor {
namespace {

constexpr double kBytesPerToken = 4.0;

double estimated_frames(const data::Sample& sample, const video::VideoOptions& options) {
  if (options.num_frames) return static_cast<double>(*options.num_frames);
  const auto most = static_cast<double>(options.max_frames);
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  return end ? std::clamp((*end - sample.clip_start) * options.fps,
                          static_cast<double>(options.min_frames), most)
             : most;
}

}  // namespace

PromptSize estimated_size(const data::Sample& sample, const MediaOptions& options,
                          const VisionGeometry& geometry) {
  const auto pixels_per_token = static_cast<double>(geometry.pixels_per_token());
  double bytes = static_cast<double>(sample.question.size());
  for (const auto& option : sample.options) bytes += static_cast<double>(option.size());
  PromptSize size{.text_tokens = bytes / kBytesPerToken};
  if (!sample.images.empty()) {
    size.tokens_per_slice = options.image.max_pixels / pixels_per_token;
    size.vision_tokens = static_cast<double>(sample.images.size()) * size.tokens_per_slice;
  }
  if (!sample.video.empty()) {
    const double frames = estimated_frames(sample, options.video),
                 per_slice = video::most_frame_pixels(static_cast<int64_t>(std::max(1.0, frames)),
                                                      options.video) /
                             pixels_per_token;
    size.tokens_per_slice = std::max(size.tokens_per_slice, per_slice);
    const double slices = frames / static_cast<double>(geometry.temporal_patch);
    size.vision_tokens += slices * per_slice;
    size.text_tokens += slices * geometry.text_tokens_per_slice;
  }
  return size;
}

}  // namespace vrlt::processor
