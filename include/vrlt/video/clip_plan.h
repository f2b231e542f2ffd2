#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/data/frame_folder.h"
#include "vrlt/video/decoder.h"
#include "vrlt/video/frame_folder.h"
#include "vrlt/video/frame_sampler.h"

namespace vrlt::video {

/// Something that who uses a clip should know, and that is no fault of its file.
struct ClipNote {
  /// The same for all clips of this kind; ends in a reason in brackets: [variable_rate],
  /// [late_start], [short_clip].
  std::string kind;
  std::string text;  ///< What to say about this clip, with its numbers and what can be done.
  bool operator==(const ClipNote&) const = default;
};

/// A video as its container describes it: known before more than its first frame is decoded.
struct VideoFacts {
  int64_t num_frames = 0;
  double average_fps = 0.0;
  int64_t height = 0, width = 0;      ///< Upright, of the first frame.
  double duration_seconds = 0.0;      ///< From the first frame to the end of the last.
  int64_t first_number = 0;           ///< The number of the first frame, where frames have numbers.
  std::vector<double> frame_seconds;  ///< [num_frames], as the readers give them.
  /// The share that is there of the frames that the file should hold, as far as it tells.
  double frame_share = 1.0;
  double late_start_seconds = 0.0;    ///< From the start of the file's own time to the first frame.
  std::vector<std::string> warnings;  ///< As VideoReader::warnings.

  /// What frames are chosen from; refers to these facts.
  Footage footage() const;
};

/// What a reader knows. @param first_number  as above.
VideoFacts facts_of(const VideoReader& reader);
VideoFacts facts_of(const FrameFolderReader& reader, int64_t first_number);

/// Opens a video file, or a folder of still pictures, and closes it. @throws as the readers.
VideoFacts read_video_facts(const std::filesystem::path& path,
                            const std::optional<data::FrameFolder>& frames,
                            const DecodeLimits& limits = {});

/// Which frames a clip has, and how large: everything that is known before they are decoded.
/// Training, selection, evaluation and checks plan by this one function, so that a check says what
/// a run will say.
struct ClipPlan {
  FrameSelection selection;
  ImageSize size;                 ///< The size of each frame after resizing.
  double duration_seconds = 0.0;  ///< How long the clip is, after cutting.
  TimingDifference timing;
  std::vector<ClipNote> notes;
  std::vector<std::string> warnings;  ///< Besides those of the file.
};

///     const auto facts = read_video_facts(path, sample.frames);
///     const auto plan = plan_clip(facts, config.video, start, end);
///     for (const auto& note : plan.notes)  // what a run says once
///       tally.note(note.kind, sample.id, note.text);
///     if (plan.timing.matters()) ...  // by the reference's rule frames are not those that were
///                                     // meant; also among the notes, unless by_time is used
///
/// Pure. @throws DataError as select_frames and clip_frame_size, and [truncated] if there is less
/// of the file than min_frame_share.
ClipPlan plan_clip(const VideoFacts& facts, const VideoOptions& options,
                   std::optional<double> start_seconds = {},
                   std::optional<double> end_seconds = {});

/// @param share  of the frames. @throws DataError ending in `reason` if it is below what the
/// options demand.
void require_share(double share, const VideoOptions& options, const char* reason);

/// Whether a length that was decoded and one that a record gives differ by more than 1 s and 2 %:
/// then times of one are not times of the other.
bool durations_differ(double decoded_seconds, double annotated_seconds);

}  // namespace vrlt::video
