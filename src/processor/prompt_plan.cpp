#include "vrlt/processor/prompt_plan.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/subtitles.h"
#include "vrlt/processor/prompt_text.h"

namespace vrlt::processor {
namespace {

constexpr double kMilliseconds = 1000.0;  ///< In a second.
constexpr int64_t kPixelsPerToken = 28 * 28, kFramesPerSlice = 2;

}  // namespace

PromptSize PromptPlan::size() const {
  return {.text_tokens = static_cast<double>(text_tokens),
          .vision_tokens = static_cast<double>(vision_tokens),
          .tokens_per_slice = static_cast<double>(tokens_per_slice)};
}

video::ClipRequest clip_request(const data::Sample& sample, const std::filesystem::path& data_root, const video::VideoOptions& options) {
  video::ClipRequest request{.path = data::resolve_media(data_root, sample.video), .frames = sample.frames, .options = options};
  if (sample.clip_start > 0 || sample.clip_end) request.start_seconds = sample.clip_start;
  request.end_seconds = sample.clip_end;
  return request;
}

FrameClock clock_of(const video::VideoOptions& options, const FrameClock& by_number, const std::vector<double>& file_times, double file_seconds) {
  if (options.sampler != video::kByTime) return by_number;
  FrameClock clock{.num_file_frames = std::llround(file_seconds * kMilliseconds), .file_fps = kMilliseconds};
  for (const double seconds : file_times) clock.frames.push_back(std::llround(seconds * kMilliseconds));
  return clock;
}

std::string subtitles_of(const data::Sample& sample, const std::filesystem::path& data_root, int64_t subtitle_frames, const FrameClock& clock) {
  if (sample.subtitles.empty()) return data::kNoSubtitles;
  if (sample.video.empty()) throw DataError("has subtitles but no video whose frames they could be of");
  const auto cues = data::load_subtitles(data::resolve_media(data_root, sample.subtitles));
  return data::subtitles_at(cues, subtitle_frames == 0 ? clock.frames : data::spread_frames(clock.num_file_frames, subtitle_frames), clock.file_fps);
}

PromptPlan PromptPlanner::operator()(const data::Sample& sample, const video::VideoFacts* facts) const {
  const auto& entry = sample.prompt.empty() ? prompt : data::find_prompt(sample.prompt);
  PromptPlan plan;
  MediaTokens tokens;
  for (const auto& path : sample.images) {
    const auto image = video::load_image(data::resolve_media(data_root, path), media.image);
    tokens.images.push_back(image.size(1) * image.size(2) / kPixelsPerToken);
    plan.tokens_per_slice = std::max(plan.tokens_per_slice, tokens.images.back());
    plan.vision_tokens += tokens.images.back();
  }
  FrameClock clock;
  if (facts != nullptr) {
    const auto request = clip_request(sample, data_root, media.video);
    const auto clip = video::plan_clip(*facts, request.options, request.start_seconds, request.end_seconds);
    const auto& chosen = clip.selection;
    clock = clock_of(media.video, {chosen.indices, facts->num_frames, facts->average_fps}, chosen.seconds, facts->duration_seconds);
    plan.num_frames = std::ssize(chosen.indices);
    plan.frame_size = clip.size;
    plan.notes = clip.notes;
    plan.warnings = clip.warnings;
    const int64_t per_slice = clip.size.height * clip.size.width / kPixelsPerToken;
    tokens.video = (plan.num_frames + 1) / kFramesPerSlice * per_slice;
    plan.tokens_per_slice = std::max(plan.tokens_per_slice, per_slice);
    plan.vision_tokens += *tokens.video;
  }
  const auto subtitles = entry.subtitles_lead == nullptr ? std::string() : subtitles_of(sample, data_root, media.subtitle_frames, clock);
  const auto text = lay_out(processor, tokens, entry.system, data::render_prompt(entry, sample, subtitles), entry.answer_prefix);
  plan.text_tokens = text.input_ids.size(0) - plan.vision_tokens;
  return plan;
}

}  // namespace vrlt::processor
