#include "vrlt/video/clip_plan.h"

namespace vrlt::video {
namespace {

template <typename Reader>
VideoFacts read_facts(const Reader& reader, int64_t first_number) {
  return {.num_frames = reader.num_frames(),
          .average_fps = reader.average_fps(),
          .height = reader.height(),
          .width = reader.width(),
          .duration_seconds = reader.duration_seconds(),
          .first_number = first_number,
          .frame_seconds = reader.frame_seconds(),
          .warnings = reader.warnings()};
}

}  // namespace

VideoFacts facts_of(const VideoReader& reader) { return read_facts(reader, 0); }
VideoFacts facts_of(const FrameFolderReader& reader, int64_t first_number) { return read_facts(reader, first_number); }

VideoFacts read_video_facts(const std::filesystem::path& path, const std::optional<data::FrameFolder>& frames, const DecodeLimits& limits) {
  return frames ? facts_of(FrameFolderReader(path, *frames, limits), frames->first) : facts_of(VideoReader(path, limits));
}

ClipPlan plan_clip(const VideoFacts& facts, const VideoOptions& options, std::optional<double> start_seconds, std::optional<double> end_seconds) {
  ClipPlan plan{.selection = select_frames(facts.num_frames, facts.average_fps, options, start_seconds, end_seconds, facts.first_number)};
  plan.size = clip_frame_size(static_cast<int64_t>(plan.selection.indices.size()), {facts.height, facts.width}, options);
  return plan;
}

}  // namespace vrlt::video
