#include "vrlt/settings/run_config.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/core/joined.h"
#include "vrlt/core/named_table.h"
#include "vrlt/data/prompt.h"
#include "vrlt/model/model_choices.h"
#include "vrlt/settings/device_names.h"
#include "vrlt/video/media_choices.h"

namespace vrlt::settings {
namespace {

/// A key of the section `model` that chooses between ways in which releases of a family make its
/// prompts.
struct RuleKey {
  const char* name;
  const char* help;
  std::string ModelSection::*value;
  std::span<const char* const> model::ModelDefaults::*choices;

  std::string first_of(const model::ModelDefaults& defaults) const {
    const auto& names = defaults.*choices;
    return names.empty() ? "" : names.front();
  }
  /// Of all families: which one it is is known after the section is read.
  std::vector<std::string> every_choice() const {
    std::vector<std::string> names;
    for (const auto& family : model::model_choices())
      for (const char* choice : family.defaults.*choices)
        if (std::find(names.begin(), names.end(), choice) == names.end())
          names.emplace_back(choice);
    return names;
  }
};

constexpr RuleKey kRuleKeys[] = {
    {"mrope_mode", "rule of the temporal positions", &ModelSection::mrope_mode,
     &model::ModelDefaults::position_rules},
    {"video_wrapper",
     "the marks around a video whose slices have marks of their own: dropped, as transformers "
     "before 5.10 and the models' own release, or kept, as 5.10 and later",
     &ModelSection::video_wrapper, &model::ModelDefaults::video_wrappers},
    {"timestamps",
     "times that are told as text: frame number over average rate from the start of the clip "
     "(clip) or of its file (file), or when frames are shown (pts)",
     &ModelSection::timestamps, &model::ModelDefaults::timestamp_rules},
};

void check_rules(const ModelSection& model, const config::KeyLocations& locations,
                 std::vector<std::string>& problems) {
  const auto& family = model::family_of(model.path);
  for (const auto& key : kRuleKeys) {
    const auto& value = model.*key.value;
    const auto& known = family.defaults.*key.choices;
    if (value.empty() || std::find(known.begin(), known.end(), value) != known.end()) continue;
    problems.push_back(concat(
        place_of(concat("model.", key.name), locations), ": \"", key.name, "\" is ", value,
        known.empty()
            ? concat(" and has no effect with ", family.chat.model, "; remove it")
            : concat("; ", family.chat.model, " has ", joined({known.begin(), known.end()}))));
  }
}

/// The pixels of one vision token: a picture has no fewer.
double pixels_of_token(int64_t pixel_factor) {
  return static_cast<double>(pixel_factor * pixel_factor);
}

}  // namespace

void read_ahead(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                const std::function<void(config::FieldVisitor&)>& visit) {
  try {
    config::load(file, overrides, visit, {});
  } catch (const ConfigError&) {  // told by the second reading, which stops at the same
  }
}

void set_model_defaults(const std::string& model_path, ModelSection& model,
                        video::VideoOptions& video, video::ImageOptions& image) {
  const auto& defaults = model::family_of(model_path).defaults;
  for (const auto& key : kRuleKeys) model.*key.value = key.first_of(defaults);
  video.pixel_factor = image.pixel_factor = defaults.pixel_factor;
  video.min_pixels = defaults.video_min_pixels;
  video.total_pixels = defaults.video_total_pixels;
  image.min_pixels = defaults.image_min_pixels;
  image.max_pixels = defaults.image_max_pixels;
}

void visit_fields(config::FieldVisitor& v, ModelSection& c) {
  v.field({.name = "path", .help = "Hugging Face folder of the model", .required = true}, c.path);
  v.field({.name = "adapter",
           .help = "folder of a LoRA adapter as PEFT writes it, beside the weights of path; "
                   "vrlt-train goes on with it; empty: none"},
          c.adapter);
  v.field({.name = "init",
           .help = "pretrained: read the weights; random: start from config.json alone",
           .choices = {"pretrained", "random"}},
          c.init);
  v.field({.name = "dtype",
           .help = "type of the weights in memory",
           .choices = {"float32", "bfloat16"}},
          c.dtype);
  v.field({.name = "device", .help = "where the model runs", .choices = device_names()}, c.device);
  for (const auto& key : kRuleKeys)
    if (!(c.*key.value).empty() || v.wants_fields_without_effect())
      v.field({.name = key.name, .help = key.help, .choices = key.every_choice()}, c.*key.value);
  v.field({.name = "freeze_vision", .help = "leave the vision encoder as it is"}, c.freeze_vision);
  v.field({.name = "activation_checkpointing",
           .help = "none, or blocks: the backward pass computes each block again, for less memory "
                   "and the same results; auto: blocks where the device would not hold the rest",
           .choices = {"none", "blocks", "auto"}},
          c.activation_checkpointing);
}

void visit_fields(config::FieldVisitor& v, DataSection& c) {
  v.field({.name = "records", .help = "JSON Lines files of samples", .required = true}, c.records);
  v.field({.name = "root",
           .help = "folder the videos of the records are relative to",
           .required = true},
          c.root);
  v.field(
      {.name = "prompt",
       .help = "prompt of samples that name none (--list prompts), or a .yaml file of your own"},
      c.prompt);
  v.field({.name = "max_samples", .help = "use only the first so many samples; 0: all", .min = 0},
          c.max_samples);
  v.field({.name = "max_bad_fraction",
           .help = "stop when more samples than this cannot be read",
           .min = 0,
           .max = 1},
          c.max_bad_fraction);
  v.field({.name = "cache_megabytes", .help = "memory for clips kept between epochs", .min = 0},
          c.cache_megabytes);
  v.field({.name = "cache_folder",
           .help = "folder for clips, and features of a frozen vision encoder, kept between runs "
                   "and shared by any number of them; empty: none"},
          c.cache_folder);
  v.field({.name = "cache_gigabytes",
           .help = "of cache_folder; what was used least recently goes first",
           .min = 1,
           .max = 1e6},
          c.cache_gigabytes);
  v.field({.name = "reader_threads",
           .help = "clips read at once in the background, one thread each; 0: none",
           .min = 0,
           .max = 256},
          c.reader_threads);
}

void visit_fields(config::FieldVisitor& v, RolloutSection& c) {
  v.field({.name = "group_size", .help = "responses per prompt", .min = 1, .max = 4096},
          c.group_size);
  v.field({.name = "max_new_tokens", .help = "longest response", .min = 1, .max = 1e6},
          c.max_new_tokens);
  v.field({.name = "temperature",
           .help = "of sampling; 0: always the most likely token",
           .min = 0,
           .max = 100},
          c.sampling.temperature);
  v.field({.name = "top_k", .help = "sample among the k most likely tokens; 0: all", .min = 0},
          c.sampling.top_k);
  v.field({.name = "top_p",
           .help = "sample among the likeliest tokens that sum to this",
           .min = 1e-6,
           .max = 1},
          c.sampling.top_p);
  v.field({.name = "min_p",
           .help = "sample among tokens at least this likely relative to the likeliest",
           .min = 0,
           .max = 1},
          c.sampling.min_p);
  v.field({.name = "cache_gigabytes",
           .help = "memory for keys and values, 10^9 bytes each: with less, fewer prompts are "
                   "answered at a time; 0: what the device leaves beside all else",
           .min = 0},
          c.cache_gigabytes);
}

void visit_media_sections(config::FieldVisitor& v, video::VideoOptions& video,
                          video::ImageOptions& image) {
  const double of_frame = pixels_of_token(video.pixel_factor),
               of_image = pixels_of_token(image.pixel_factor);
  v.begin_section("video", "which frames, and how large");
  v.field({.name = "sampler",
           .help = "which frames are taken; all but by_time go by frame number and average rate, "
                   "as what scores are compared with",
           .choices = names_of(video::kSamplerChoices)},
          video.sampler);
  v.field({.name = "fps", .help = "frames taken per second", .min = 0.001, .max = 1000}, video.fps);
  v.field({.name = "num_frames", .help = "take so many frames instead", .min = 2},
          video.num_frames);
  v.field({.name = "short_clip",
           .help = "what a clip of fewer frames than are to be taken gives (segment_centres and "
                   "by_time repeat frames)",
           .choices = names_of(video::kShortClipChoices)},
          video.short_clip);
  v.field({.name = "min_frame_share",
           .help = "of the frames that a file should hold, so many must be there and decode; of "
                   "one with less the sample is left out and counted",
           .min = 0,
           .max = 1},
          video.min_frame_share);
  v.field({.name = "min_frames", .help = "take at least so many", .min = 2}, video.min_frames);
  v.field({.name = "max_frames", .help = "take at most so many", .min = 2}, video.max_frames);
  v.field({.name = "size_rule",
           .help = "what size the bounds below give; by hf_qwen3 they are of the whole clip",
           .choices = names_of(video::kSizeRuleChoices)},
          video.size_rule);
  v.field({.name = "min_pixels", .help = "per frame", .min = of_frame}, video.min_pixels);
  v.field({.name = "max_pixels", .help = "per frame", .min = of_frame}, video.max_pixels);
  v.field({.name = "total_pixels",
           .help = "over the clip; bounds the number of vision tokens",
           .min = of_frame},
          video.total_pixels);
  v.field({.name = "resized_height",
           .help = "with resized_width: a fixed size instead",
           .min = 1,
           .max = 65536},
          video.resized_height);
  v.field({.name = "resized_width",
           .help = "with resized_height: a fixed size instead",
           .min = 1,
           .max = 65536},
          video.resized_width);
  v.field({.name = "resize",
           .help = "kernel that resizes frames",
           .choices = names_of(video::kResizeChoices)},
          video.resize);
  v.end_section();
  v.begin_section("image", "how large still images are");
  v.field({.name = "min_pixels", .help = "per image", .min = of_image}, image.min_pixels);
  v.field({.name = "max_pixels", .help = "per image", .min = of_image}, image.max_pixels);
  v.field({.name = "resize",
           .help = "kernel that resizes images",
           .choices = names_of(video::kResizeChoices)},
          image.resize);
  v.end_section();
}

std::string place_of(const std::string& key, const config::KeyLocations& locations) {
  const auto found = locations.find(key);
  return found == locations.end() ? key + " (not set)" : found->second;
}

std::vector<std::string> check(const ModelSection& model, const DataSection& data,
                               const video::VideoOptions& video, const video::ImageOptions& image,
                               const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  check_rules(model, locations, problems);
  if (video.max_pixels && *video.max_pixels < static_cast<double>(video.min_pixels))
    problems.push_back(concat(place_of("video.max_pixels", locations),
                              ": max_pixels is below min_pixels (", video.min_pixels, ")"));
  if (image.max_pixels < static_cast<double>(image.min_pixels))
    problems.push_back(concat(place_of("image.max_pixels", locations),
                              ": max_pixels is below min_pixels (", image.min_pixels, ")"));
  if (!video.num_frames && video.max_frames < video.min_frames)
    problems.push_back(concat(place_of("video.max_frames", locations),
                              ": max_frames is below min_frames (", video.min_frames, ")"));
  if (video.max_pixels && video.size_rule != video::VideoOptions().size_rule)
    problems.push_back(concat(place_of("video.max_pixels", locations),
                              ": \"max_pixels\" has no effect with size_rule: ", video.size_rule,
                              "; remove it"));
  if (video.resized_height.has_value() != video.resized_width.has_value())
    problems.push_back(concat(
        place_of(video.resized_height ? "video.resized_height" : "video.resized_width", locations),
        ": video.resized_height and video.resized_width are given together or not at all"));
  if (video.sampler == "segment_centres" && !video.num_frames)
    problems.push_back(concat(place_of("video.sampler", locations),
                              ": segment_centres needs video.num_frames: how many segments"));
  try {
    data::find_prompt(data.prompt);
  } catch (const ConfigError& error) {
    problems.push_back(concat(place_of("data.prompt", locations), ": ", error.what()));
  }
  return problems;
}

}  // namespace vrlt::settings
