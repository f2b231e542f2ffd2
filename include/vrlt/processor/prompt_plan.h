#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/data/prompt.h"
#include "vrlt/data/sample.h"
#include "vrlt/processor/processor.h"
#include "vrlt/processor/prompt_cost.h"
#include "vrlt/video/clip_plan.h"
#include "vrlt/video/frame_cache.h"

namespace vrlt::processor {

/// What a prompt will be, known before a frame of its video is decoded.
struct PromptPlan {
  int64_t num_frames = 0;  ///< How many frames of the video the model sees.
  video::ImageSize frame_size;
  int64_t text_tokens = 0, vision_tokens = 0;
  /// Vision tokens of a slice of the clip, or of an image; the largest there is.
  int64_t tokens_per_slice = 0;

  std::vector<video::ClipNote> notes;  ///< What who uses the clip should know; a run says it once.
  /// What the plan warns of, besides the warnings about the file.
  std::vector<std::string> warnings;

  int64_t tokens() const { return text_tokens + vision_tokens; }
  PromptSize size() const;
};

/// The clip that a sample asks for. @throws DataError for a path that leaves the data root.
video::ClipRequest clip_request(const data::Sample& sample, const std::filesystem::path& data_root,
                                const video::VideoOptions& options);

/// What subtitles are looked up by: numbers of frames of the file; with by_time milliseconds, as if
/// there were a frame in each.
struct FrameClock {
  std::vector<int64_t> frames;  ///< The frames that the model sees.
  int64_t num_file_frames = 0;
  double file_fps = 0.0;
};
/// @param file_times  of the frames, in seconds of the file. @param file_seconds  that it lasts.
FrameClock clock_of(const video::VideoOptions& options, const FrameClock& by_number,
                    const std::vector<double>& file_times, double file_seconds);

/// The subtitles that a prompt shows. @throws DataError, MissingInputError.
std::string subtitles_of(const data::Sample& sample, const std::filesystem::path& data_root,
                         int64_t subtitle_frames, const FrameClock& clock);

/// How samples become prompts; what it refers to must outlive it.
struct PromptPlanner {
  const Processor& processor;
  MediaOptions media;
  std::filesystem::path data_root;
  const data::PromptEntry& prompt;  ///< The prompt of samples that name none.

  /// By the same rules as PromptLoader::load. Images are decoded, their sizes are in no header that
  /// we read.
  /// @param facts  of the sample's video; null where it has none.
  /// @throws as PromptLoader::load, without the id before the message.
  PromptPlan operator()(const data::Sample& sample, const video::VideoFacts* facts) const;
};

}  // namespace vrlt::processor
