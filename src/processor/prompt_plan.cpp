#include "vrlt/processor/prompt_plan.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/subtitles.h"

namespace vrlt::processor {
namespace {

constexpr double kMilliseconds = 1000.0;  ///< In a second.

}  // namespace

PromptSize PromptPlan::size() const {
  return {.text_tokens = static_cast<double>(text_tokens),
          .vision_tokens = static_cast<double>(vision_tokens),
          .tokens_per_slice = static_cast<double>(tokens_per_slice)};
}

video::ClipRequest clip_request(const data::Sample& sample, const std::filesystem::path& data_root,
                                const video::VideoOptions& options) {
  video::ClipRequest request{.path = data::resolve_media(data_root, sample.video),
                             .frames = sample.frames,
                             .options = options};
  if (sample.clip_start > 0 || sample.clip_end) request.start_seconds = sample.clip_start;
  request.end_seconds = sample.clip_end;
  return request;
}

FrameClock clock_of(const video::VideoOptions& options, const FrameClock& by_number,
                    const std::vector<double>& file_times, double file_seconds) {
  if (options.sampler != video::kByTime) return by_number;
  FrameClock clock{.num_file_frames = std::llround(file_seconds * kMilliseconds),
                   .file_fps = kMilliseconds};
  for (const double seconds : file_times)
    clock.frames.push_back(std::llround(seconds * kMilliseconds));
  return clock;
}

std::string subtitles_of(const data::Sample& sample, const std::filesystem::path& data_root,
                         int64_t subtitle_frames, const FrameClock& clock) {
  if (sample.subtitles.empty()) return data::kNoSubtitles;
  if (sample.video.empty())
    throw DataError("has subtitles but no video whose frames they could be of");
  const auto cues = data::load_subtitles(data::resolve_media(data_root, sample.subtitles));
  return data::subtitles_at(cues,
                            subtitle_frames == 0
                                ? clock.frames
                                : data::spread_frames(clock.num_file_frames, subtitle_frames),
                            clock.file_fps);
}

PromptPlan PromptPlanner::operator()(const data::Sample& sample,
                                     const video::VideoFacts* facts) const {
  const auto& entry = sample.prompt.empty() ? prompt : data::find_prompt(sample.prompt);
  const auto& geometry = processor.geometry();
  const auto options = fitted(media, geometry);
  PromptPlan plan;
  Conversation conversation{.system = entry.system, .answer_prefix = entry.answer_prefix};
  const auto add = [&](PromptPart part) {
    const int64_t tokens = part.grid.patches() / geometry.merge_area();
    plan.tokens_per_slice = std::max(plan.tokens_per_slice, tokens / part.grid.slices);
    plan.vision_tokens += tokens;
    conversation.parts.push_back(std::move(part));
  };
  for (const auto& path : sample.images) {
    const auto image = video::load_image(data::resolve_media(data_root, path), options.image);
    add({.kind = PromptPart::Kind::kImage,
         .grid = grid_of(geometry, 1, image.size(1), image.size(2))});
  }
  FrameClock clock;
  if (facts != nullptr) {
    const auto request = clip_request(sample, data_root, options.video);
    const auto clip =
        video::plan_clip(*facts, request.options, request.start_seconds, request.end_seconds);
    const auto& chosen = clip.selection;
    clock = clock_of(options.video, {chosen.indices, facts->num_frames, facts->average_fps},
                     chosen.seconds, facts->duration_seconds);
    plan.num_frames = std::ssize(chosen.indices);
    plan.frame_size = clip.size;
    plan.notes = clip.notes;
    plan.warnings = clip.warnings;
    ClipTimes times{.sample_fps = chosen.sample_fps,
                    .frame_seconds = {},
                    .file_frames = chosen.indices,
                    .file_fps = facts->average_fps,
                    .start_seconds = request.start_seconds.value_or(0.0)};
    for (const double seconds : chosen.seconds)
      times.frame_seconds.push_back(seconds - times.start_seconds);
    add({.kind = PromptPart::Kind::kClip,
         .grid = grid_of(geometry, plan.num_frames, clip.size.height, clip.size.width),
         .times = std::move(times)});
  }
  const auto subtitles = entry.subtitles_lead == nullptr
                             ? std::string()
                             : subtitles_of(sample, data_root, media.subtitle_frames, clock);
  conversation.parts.push_back({.text = data::render_prompt(entry, sample, subtitles)});
  const auto text = processor.format().lay_out(conversation);
  plan.text_tokens = text.input_ids.size(0) - plan.vision_tokens;
  return plan;
}

}  // namespace vrlt::processor
