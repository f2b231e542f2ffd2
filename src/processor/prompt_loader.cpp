#include "vrlt/processor/prompt_loader.h"

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/subtitles.h"

namespace vrlt::processor {

PromptLoader::PromptLoader(const Processor& processor, MediaOptions options, std::filesystem::path data_root, const std::string& prompt_name,
                           int64_t cache_bytes)
    : processor_(processor),
      options_(std::move(options)),
      data_root_(std::move(data_root)),
      default_prompt_(data::find_prompt(prompt_name)),
      cache_bytes_(cache_bytes) {}

const data::PromptEntry& PromptLoader::prompt_of(const data::Sample& sample) const {
  return sample.prompt.empty() ? default_prompt_ : data::find_prompt(sample.prompt);
}

std::shared_ptr<const video::Clip> PromptLoader::load_clip(const data::Sample& sample) {
  const auto path = data::resolve_media(data_root_, sample.video);
  const auto key = concat(path.string(), "|", sample.clip_start, "|", sample.clip_end.value_or(-1));
  if (const auto found = index_.find(key); found != index_.end()) {
    clips_.splice(clips_.begin(), clips_, found->second);
    return found->second->clip;
  }
  std::optional<double> start;
  if (sample.clip_start > 0 || sample.clip_end) start = sample.clip_start;
  auto clip = std::make_shared<video::Clip>(sample.frames ? video::load_frame_folder(path, *sample.frames, options_.video, start, sample.clip_end)
                                                          : video::load_clip(path, options_.video, start, sample.clip_end));
  ++videos_decoded_;
  for (const auto& warning : clip->warnings) log::warning(concat(sample.id, ": ", warning));
  const auto bytes = static_cast<int64_t>(clip->frames.nbytes());
  clips_.push_front({key, clip, bytes});
  index_[key] = clips_.begin();
  used_bytes_ += bytes;
  while (used_bytes_ > cache_bytes_ && clips_.size() > 1) {
    used_bytes_ -= clips_.back().bytes;
    index_.erase(clips_.back().key);
    clips_.pop_back();
  }
  return clip;
}

std::string PromptLoader::load_subtitles(const data::Sample& sample, const video::Clip* clip) const {
  if (sample.subtitles.empty()) return data::kNoSubtitles;
  if (clip == nullptr) throw DataError("has subtitles but no video whose frames they could be of");
  const auto cues = data::load_subtitles(data::resolve_media(data_root_, sample.subtitles));
  const auto frames = options_.subtitle_frames == 0 ? clip->file_frames : data::spread_frames(clip->num_file_frames, options_.subtitle_frames);
  return data::subtitles_at(cues, frames, clip->file_fps);
}

std::shared_ptr<const ModelInputs> PromptLoader::load(const data::Sample& sample) {
  try {
    const auto& prompt = prompt_of(sample);
    PromptMedia media;
    for (const auto& image : sample.images) media.images.push_back(video::load_image(data::resolve_media(data_root_, image), options_.image));
    if (!sample.video.empty()) media.clip = load_clip(sample);
    const auto subtitles = prompt.subtitles_lead != nullptr ? load_subtitles(sample, media.clip.get()) : std::string();
    return std::make_shared<ModelInputs>(processor_(media, prompt.system, data::render_prompt(prompt, sample, subtitles), prompt.answer_prefix));
  } catch (const MissingInputError& error) {
    throw MissingInputError(concat(sample.id, ": ", error.what()));
  } catch (const DataError& error) {
    throw DataError(concat(sample.id, ": ", error.what()));
  }
}

}  // namespace vrlt::processor
