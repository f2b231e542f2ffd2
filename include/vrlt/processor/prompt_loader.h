#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>

#include "vrlt/core/warning_tally.h"
#include "vrlt/data/prompt.h"
#include "vrlt/data/sample.h"
#include "vrlt/processor/processor.h"
#include "vrlt/video/frame_cache.h"
#include "vrlt/video/image.h"

namespace vrlt::processor {

/// What is taken of videos, images and subtitles.
struct MediaOptions {
  video::VideoOptions video;
  video::ImageOptions image;
  /// At how many evenly spread frames of the video subtitles are read, where the prompt shows them;
  /// -1: all, 0: those the model sees.
  int64_t subtitle_frames = 32;
};

/// The options for a model: sides of frames and images are multiples of its pixel factor.
MediaOptions fitted(MediaOptions options, const VisionGeometry& geometry);

/// Where clips come from besides memory, and who reads them.
struct ClipReading {
  std::filesystem::path cache_folder;  ///< Where a video::FrameCache keeps frames; empty: nowhere.
  int64_t cache_folder_bytes = 0;
  int64_t threads = 0;  ///< How many threads read clips before they are asked for; 0: none.
};

struct LoadedClip;
class BackgroundClips;

/// Samples to model inputs: the one place where videos and images are decoded. Clips are kept,
/// resized, in memory and in a folder, up to a number of bytes each, so that later epochs and runs
/// do not decode them again. To be used by one thread.
class PromptLoader {
 public:
  /// @throws DiskError if the cache folder cannot be made.
  PromptLoader(const Processor& processor, MediaOptions options, std::filesystem::path data_root,
               const std::string& prompt_name, int64_t cache_bytes,
               const ClipReading& reading = {});
  ~PromptLoader();

  /// What should be known of its clip is noted: damage, times that frame numbers do not give
  /// (video::ClipNote), a record that gives another length.
  /// @throws DataError or MissingInputError naming the sample and the file.
  std::shared_ptr<const ModelInputs> load(const data::Sample& sample);

  /// Begins to read the clips of these samples, which will be loaded next, in the background; those
  /// of an earlier call that are not among them are forgotten. What `load` gives or throws does not
  /// depend on it. At most two clips per thread are held besides those in memory.
  void prefetch(std::span<const data::Sample* const> samples);

  const data::PromptEntry& prompt_of(const data::Sample& sample) const;
  const MediaOptions& media_options() const { return options_; }
  int64_t videos_decoded() const { return videos_decoded_; }
  /// The warnings of this run, each said once. Others that warn of single samples may note theirs
  /// here too.
  log::WarningTally& warnings() { return warnings_; }

 private:
  std::shared_ptr<const video::Clip> load_clip(const data::Sample& sample);
  std::string load_subtitles(const data::Sample& sample, const video::Clip* clip) const;
  void note_oddities(const data::Sample& sample, const video::Clip& clip);
  video::ClipRequest request_of(const data::Sample& sample) const;
  LoadedClip read(const video::ClipRequest& request);

  struct CachedClip {
    std::string key;
    std::shared_ptr<const video::Clip> clip;
    int64_t bytes = 0;
  };

  const Processor& processor_;
  MediaOptions options_;
  std::filesystem::path data_root_;
  const data::PromptEntry& default_prompt_;
  int64_t cache_bytes_;
  int64_t used_bytes_ = 0;
  int64_t videos_decoded_ = 0;
  log::WarningTally warnings_;
  std::list<CachedClip> clips_;  ///< Most recently used first.
  std::unordered_map<std::string, std::list<CachedClip>::iterator> index_;
  std::optional<video::FrameCache> cache_folder_;
  std::unique_ptr<BackgroundClips> background_;  ///< Last: its threads use what is above.
};

}  // namespace vrlt::processor
