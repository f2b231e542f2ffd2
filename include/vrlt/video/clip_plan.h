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

/// A video as its container describes it: known before a frame is decoded.
struct VideoFacts {
  int64_t num_frames = 0;
  double average_fps = 0.0;
  int64_t height = 0, width = 0;
  double duration_seconds = 0.0;
  int64_t first_number = 0;           ///< Of the first frame, where frames have numbers.
  std::vector<double> frame_seconds;  ///< [num_frames], as the readers give them.
  std::vector<std::string> warnings;
};

/// What a reader knows. @param first_number  as above.
VideoFacts facts_of(const VideoReader& reader);
VideoFacts facts_of(const FrameFolderReader& reader, int64_t first_number);

/// Opens a video file, or a folder of still pictures, and closes it. @throws as the readers.
VideoFacts read_video_facts(const std::filesystem::path& path, const std::optional<data::FrameFolder>& frames, const DecodeLimits& limits = {});

/// Which frames are taken of a video, and at what size.
struct ClipPlan {
  FrameSelection selection;
  ImageSize size;
};

/// The one rule of both: a clip is loaded by it, and checked by it without being loaded.
/// @throws DataError, ConfigError as select_frames and clip_frame_size.
ClipPlan plan_clip(const VideoFacts& facts, const VideoOptions& options, std::optional<double> start_seconds = {},
                   std::optional<double> end_seconds = {});

}  // namespace vrlt::video
