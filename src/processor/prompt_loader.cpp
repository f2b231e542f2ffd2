#include "vrlt/processor/prompt_loader.h"

#include <algorithm>
#include <unordered_set>

#include "processor/background_clips.h"
#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/io/json.h"
#include "vrlt/processor/prompt_plan.h"

namespace vrlt::processor {
namespace {

/// Within one loader: its options do not change.
std::string name_of(const video::ClipRequest& request) {
  const auto or_null = [](const auto& value) { return value ? io::Json(*value) : io::Json(); };
  io::Json name = {request.path.string(), or_null(request.start_seconds),
                   or_null(request.end_seconds)};
  if (request.frames)
    name.push_back({request.frames->pattern, request.frames->first, request.frames->fps});
  return io::to_line(name);
}

}  // namespace

MediaOptions fitted(MediaOptions options, const VisionGeometry& geometry) {
  options.video.pixel_factor = options.image.pixel_factor = geometry.pixel_factor();
  return options;
}

PromptLoader::PromptLoader(const Processor& processor, MediaOptions options,
                           std::filesystem::path data_root, const std::string& prompt_name,
                           int64_t cache_bytes, const ClipReading& reading)
    : processor_(processor),
      options_(fitted(std::move(options), processor.geometry())),
      data_root_(std::move(data_root)),
      default_prompt_(data::find_prompt(prompt_name)),
      cache_bytes_(cache_bytes) {
  if (!reading.cache_folder.empty())
    cache_folder_.emplace(reading.cache_folder, reading.cache_folder_bytes);
  if (reading.threads > 0) background_ = std::make_unique<BackgroundClips>(reading.threads);
}

PromptLoader::~PromptLoader() = default;

const data::PromptEntry& PromptLoader::prompt_of(const data::Sample& sample) const {
  return sample.prompt.empty() ? default_prompt_ : data::find_prompt(sample.prompt);
}

video::ClipRequest PromptLoader::request_of(const data::Sample& sample) const {
  return clip_request(sample, data_root_, options_.video);
}

/// In any thread.
LoadedClip PromptLoader::read(const video::ClipRequest& request) {
  if (!cache_folder_) return {std::make_shared<video::Clip>(video::read_clip(request)), true};
  const auto key = cache_folder_->key_of(request);
  auto found = cache_folder_->find(key);
  const bool was_decoded = !found;
  const auto clip =
      std::make_shared<video::Clip>(found ? std::move(*found) : video::read_clip(request));
  // the video changed meanwhile: the frames are of either
  if (was_decoded && cache_folder_->key_of(request) != key) return {clip, true};
  if (was_decoded) cache_folder_->store(key, *clip);
  clip->key = key;
  return {clip, was_decoded};
}

void PromptLoader::prefetch(std::span<const data::Sample* const> samples) {
  if (!background_) return;
  std::vector<BackgroundClips::Job> jobs;
  std::unordered_set<std::string> names;
  for (const auto* sample : samples) {
    if (sample->video.empty()) continue;
    try {
      auto request = request_of(*sample);
      auto name = name_of(request);
      if (index_.count(name) == 0 && names.insert(name).second)
        jobs.push_back(
            {std::move(name), [this, request = std::move(request)] { return read(request); }});
    } catch (const Error&) {  // told when the sample is loaded
    }
  }
  background_->announce(std::move(jobs));
}

std::shared_ptr<const video::Clip> PromptLoader::load_clip(const data::Sample& sample) {
  const auto request = request_of(sample);
  const auto key = name_of(request);
  if (const auto found = index_.find(key); found != index_.end()) {
    clips_.splice(clips_.begin(), clips_, found->second);
    note_oddities(sample, *found->second->clip);
    return found->second->clip;
  }
  auto prefetched = background_ ? background_->take(key) : std::nullopt;
  const auto [clip, was_decoded] = prefetched ? std::move(*prefetched) : read(request);
  if (was_decoded) ++videos_decoded_;
  note_oddities(sample, *clip);
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

void PromptLoader::note_oddities(const data::Sample& sample, const video::Clip& clip) {
  for (const auto& warning : clip.warnings)
    warnings_.note(concat("their videos should not be trusted blindly ",
                          warning.substr(std::min(warning.rfind('['), warning.size()))),
                   sample.id, warning);
  for (const auto& note : clip.notes) warnings_.note(note.kind, sample.id, note.text);
  if (sample.duration && video::durations_differ(clip.file_seconds, *sample.duration))
    warnings_.note(
        "their videos last longer or shorter than their records say: times of one are not times of "
        "the other [duration_differs]",
        sample.id,
        concat(sample.video, " lasts ", clip.file_seconds, " s, its record says ", *sample.duration,
               " s [duration_differs]"));
}

std::string PromptLoader::load_subtitles(const data::Sample& sample,
                                         const video::Clip* clip) const {
  if (clip == nullptr) return subtitles_of(sample, data_root_, options_.subtitle_frames, {});
  std::vector<double> file_times;
  for (const double seconds : clip->frame_seconds)
    file_times.push_back(seconds + sample.clip_start);
  const FrameClock by_number{clip->file_frames, clip->num_file_frames, clip->file_fps};
  return subtitles_of(sample, data_root_, options_.subtitle_frames,
                      clock_of(options_.video, by_number, file_times, clip->file_seconds));
}

std::shared_ptr<const ModelInputs> PromptLoader::load(const data::Sample& sample) {
  try {
    const auto& prompt = prompt_of(sample);
    PromptMedia media;
    for (const auto& image : sample.images)
      media.images.push_back(
          video::load_image(data::resolve_media(data_root_, image), options_.image));
    if (!sample.video.empty()) media.clip = load_clip(sample);
    const auto subtitles =
        prompt.subtitles_lead != nullptr ? load_subtitles(sample, media.clip.get()) : std::string();
    return std::make_shared<ModelInputs>(processor_(media, prompt.system,
                                                    data::render_prompt(prompt, sample, subtitles),
                                                    prompt.answer_prefix));
  } catch (const MissingInputError& error) {
    throw MissingInputError(concat(sample.id, ": ", error.what()));
  } catch (const DataError& error) {
    throw DataError(concat(sample.id, ": ", error.what()));
  } catch (const std::filesystem::filesystem_error&
               error) {  // of one file, as any other that cannot be read
    throw DataError(concat(sample.id, ": ", error.what()));
  }
}

}  // namespace vrlt::processor
