#include "vrlt/processor/prompt_cost.h"

#include <algorithm>

namespace vrlt::processor {
namespace {

constexpr double kPixelsPerToken = 28.0 * 28.0, kFramesPerToken = 2.0, kBytesPerToken = 4.0;

double estimated_frames(const data::Sample& sample, const video::VideoOptions& options) {
  if (options.num_frames) return static_cast<double>(*options.num_frames);
  const auto most = static_cast<double>(options.max_frames);
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  return end ? std::clamp((*end - sample.clip_start) * options.fps, static_cast<double>(options.min_frames), most) : most;
}

double video_tokens(const data::Sample& sample, const video::VideoOptions& options) {
  const double frames = estimated_frames(sample, options);
  const double share = options.total_pixels / frames;  // what the whole clip may have, per frame
  const double pixels = options.max_pixels ? std::min(*options.max_pixels, share) : share;
  return frames / kFramesPerToken * pixels / kPixelsPerToken;
}

}  // namespace

double estimated_tokens(const data::Sample& sample, const MediaOptions& options) {
  double bytes = static_cast<double>(sample.question.size());
  for (const auto& option : sample.options) bytes += static_cast<double>(option.size());
  const double images = static_cast<double>(sample.images.size()) * options.image.max_pixels / kPixelsPerToken;
  return bytes / kBytesPerToken + images + (sample.video.empty() ? 0.0 : video_tokens(sample, options.video));
}

}  // namespace vrlt::processor
