#pragma once

#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "vrlt/data/prompt.h"
#include "vrlt/data/sample.h"
#include "vrlt/processor/processor.h"
#include "vrlt/video/image.h"

namespace vrlt::processor {

/// What is taken of videos, images and subtitles.
struct MediaOptions {
  video::VideoOptions video;
  video::ImageOptions image;
  /// At how many evenly spread frames of the video subtitles are read, where the prompt shows them; -1: all, 0: those the model sees.
  int64_t subtitle_frames = 32;
};

/// Samples to model inputs: the one place where videos and images are decoded. Clips are kept, resized, up to a number of bytes, so that
/// later epochs do not decode them again.
class PromptLoader {
 public:
  PromptLoader(const Processor& processor, MediaOptions options, std::filesystem::path data_root, const std::string& prompt_name,
               int64_t cache_bytes);

  /// @throws DataError or MissingInputError naming the sample and the file.
  std::shared_ptr<const ModelInputs> load(const data::Sample& sample);

  const data::PromptEntry& prompt_of(const data::Sample& sample) const;
  const MediaOptions& media_options() const { return options_; }
  int64_t videos_decoded() const { return videos_decoded_; }

 private:
  std::shared_ptr<const video::Clip> load_clip(const data::Sample& sample);
  std::string load_subtitles(const data::Sample& sample, const video::Clip* clip) const;

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
  std::list<CachedClip> clips_;  ///< Most recently used first.
  std::unordered_map<std::string, std::list<CachedClip>::iterator> index_;
};

}  // namespace vrlt::processor
