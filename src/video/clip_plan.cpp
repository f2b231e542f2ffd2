#include "vrlt/video/clip_plan.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::video {
namespace {

constexpr double kDurationSlackSeconds = 1.0, kDurationSlackShare = 0.02;

double to_centiseconds(double seconds) { return std::round(seconds * 100) / 100; }

template <typename Reader>
VideoFacts read_facts(const Reader& reader, int64_t first_number) {
  return {.num_frames = reader.num_frames(),
          .average_fps = reader.average_fps(),
          .height = reader.height(),
          .width = reader.width(),
          .duration_seconds = reader.duration_seconds(),
          .first_number = first_number,
          .frame_seconds = reader.frame_seconds(),
          .frame_share = reader.frame_share(),
          .late_start_seconds = reader.late_start_seconds(),
          .warnings = reader.warnings()};
}

void note_timing(const ClipPlan& plan, const VideoOptions& options, std::vector<ClipNote>& notes) {
  if (options.sampler == kByTime || !plan.timing.matters()) return;
  notes.push_back(
      {"frames are up to more than half a sampling step from where frame number / average rate "
       "puts them; video.sampler: by_time goes by "
       "when frames are shown [variable_rate]",
       concat("frame ", plan.timing.frame, " is shown ", to_centiseconds(plan.timing.seconds),
              " s from where frame number / average rate puts it, more than half a sampling step (",
              to_centiseconds(plan.timing.half_step),
              " s); video.sampler: by_time takes and times frames by when they are shown "
              "[variable_rate]")});
}

void note_late_start(const VideoFacts& file, const ClipPlan& plan, std::vector<ClipNote>& notes) {
  if (!(file.late_start_seconds > plan.timing.half_step)) return;
  notes.push_back(
      {"the first frame is shown later than the file starts; seconds are counted from that frame "
       "[late_start]",
       concat("its first frame is shown ", to_centiseconds(file.late_start_seconds),
              " s after the file starts; seconds are counted from that frame, so times taken from "
              "a player must be moved [late_start]")});
}

void note_short_clip(const ClipPlan& plan, const VideoOptions& options,
                     std::vector<ClipNote>& notes) {
  const auto taken = std::ssize(plan.selection.indices);
  if (!options.num_frames || taken + 1 >= *options.num_frames) return;  // an odd number is rounded
  notes.push_back({concat("has fewer frames than video.num_frames (", *options.num_frames,
                          "), all of them are taken, to an even number [short_clip]"),
                   concat("has fewer frames than video.num_frames (", *options.num_frames, "); ",
                          taken, " are taken [short_clip]")});
}

}  // namespace

void require_share(double share, const VideoOptions& options, const char* reason) {
  if (share >= options.min_frame_share) return;
  throw DataError(concat("only ", std::floor(share * 100),
                         " % of its frames are there, video.min_frame_share demands ",
                         options.min_frame_share * 100, " % [", reason, "]"));
}

bool durations_differ(double decoded_seconds, double annotated_seconds) {
  const double difference = std::abs(decoded_seconds - annotated_seconds);
  return difference > std::max(kDurationSlackSeconds, kDurationSlackShare * annotated_seconds);
}

Footage VideoFacts::footage() const {
  return {.num_frames = num_frames,
          .fps = average_fps,
          .frame_seconds = frame_seconds,
          .duration_seconds = duration_seconds,
          .first_number = first_number};
}

VideoFacts facts_of(const VideoReader& reader) { return read_facts(reader, 0); }
VideoFacts facts_of(const FrameFolderReader& reader, int64_t first_number) {
  return read_facts(reader, first_number);
}

VideoFacts read_video_facts(const std::filesystem::path& path,
                            const std::optional<data::FrameFolder>& frames,
                            const DecodeLimits& limits) {
  return frames ? facts_of(FrameFolderReader(path, *frames, limits), frames->first)
                : facts_of(VideoReader(path, limits));
}

ClipPlan plan_clip(const VideoFacts& facts, const VideoOptions& options,
                   std::optional<double> start_seconds, std::optional<double> end_seconds) {
  require_share(facts.frame_share, options, "truncated");
  ClipPlan plan{.selection = select_frames(facts.footage(), options, start_seconds, end_seconds)};
  plan.size =
      clip_frame_size(std::ssize(plan.selection.indices), {facts.height, facts.width}, options);
  plan.duration_seconds =
      std::min(facts.duration_seconds, end_seconds.value_or(facts.duration_seconds)) -
      start_seconds.value_or(0.0);
  plan.timing = timing_difference(facts.footage(), plan.selection);
  if (facts.num_frames == 1)
    plan.warnings.push_back("has a single frame, which is shown twice [too_few_frames]");
  note_timing(plan, options, plan.notes);
  note_late_start(facts, plan, plan.notes);
  note_short_clip(plan, options, plan.notes);
  return plan;
}

}  // namespace vrlt::video
