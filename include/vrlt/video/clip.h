#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/data/frame_folder.h"
#include "vrlt/video/clip_plan.h"
#include "vrlt/video/decoder.h"
#include "vrlt/video/frame_sampler.h"

namespace vrlt::video {

/// The frames a model sees, and when they were.
struct Clip {
  /// [F, 3, H, W] uint8, resized; H and W multiples of the pixel factor.
  at::Tensor frames;
  std::vector<double>
      /// [F] from the start of the clip: when they are shown; with by_time, instants at which they
      /// are on the screen.
      frame_seconds;
  /// Frames per second taken; 2 / sample_fps seconds per temporal grid step.
  double sample_fps = 0.0;
  double duration_seconds = 0.0;     ///< How long the clip is, after cutting.
  std::vector<int64_t> file_frames;  ///< [F] which frames of the file they are.
  int64_t num_file_frames = 0;       ///< How many frames the file has.
  double file_fps = 0.0;             ///< Frames per second of the file, on average.
  double file_seconds = 0.0;         ///< How long the file lasts.
  double start_seconds = 0.0;        ///< Where the clip begins in the file.
  std::vector<std::string> warnings;
  std::vector<ClipNote> notes;
  /// Names the frames in a FrameCache: the same key, the same frames. Empty: not known.
  std::string key;
};

/// What a clip is read from and how: everything its frames depend on.
struct ClipRequest {
  std::filesystem::path path;
  std::optional<data::FrameFolder> frames;  ///< A folder of still pictures; none: a video file.
  VideoOptions options;
  std::optional<double> start_seconds, end_seconds;
};

/// Plans (`plan_clip`), decodes and resizes; each frame is resized as it is decoded, so full-size
/// frames are never kept.
/// @throws MissingInputError, DataError.
Clip read_clip(const ClipRequest& request);

/// The same of a video file.
Clip load_clip(const std::filesystem::path& path, const VideoOptions& options,
               std::optional<double> start_seconds = {}, std::optional<double> end_seconds = {},
               const DecodeLimits& limits = {});

/// The same of a folder of still pictures.
Clip load_frame_folder(const std::filesystem::path& folder, const data::FrameFolder& frames,
                       const VideoOptions& options, std::optional<double> start_seconds = {},
                       std::optional<double> end_seconds = {}, const DecodeLimits& limits = {});

}  // namespace vrlt::video
