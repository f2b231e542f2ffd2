#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/model/prompt_rules.h"
#include "vrlt/rollout/sampling_config.h"
#include "vrlt/video/frame_sampler.h"
#include "vrlt/video/image_options.h"

namespace vrlt::settings {

/// The model to open.
struct ModelSection {
  std::string path;
  std::string adapter;              ///< Folder of a low-rank adapter beside it; empty: none.
  std::string init = "pretrained";  ///< pretrained: read the weights; random: config.json only.
  std::string dtype = "float32";
  std::string device = "cpu";
  /// As PromptRules; empty where the family of the model has one way only.
  std::string mrope_mode, video_wrapper, timestamps;
  bool freeze_vision = true;
  /// blocks: the backward pass computes each block again; less memory, the same results. auto:
  /// where the device would not have the memory otherwise.
  std::string activation_checkpointing = "none";

  bool reads_weights() const { return init == "pretrained"; }
  bool checkpoints_blocks() const { return activation_checkpointing == "blocks"; }
  bool decides_checkpointing() const { return activation_checkpointing == "auto"; }
  model::PromptRules prompt_rules() const { return {mrope_mode, video_wrapper, timestamps}; }
};

/// Where samples come from.
struct DataSection {
  std::vector<std::string> records;  ///< JSON Lines files.
  std::string root;                  ///< Folder that the `video` of a record is relative to.
  std::string prompt = "auto_think";
  int64_t max_samples = 0;         ///< Use only so many; 0: all.
  double max_bad_fraction = 0.01;  ///< More unreadable samples than this stop the run.
  int64_t cache_megabytes = 1024;  ///< Resized clips kept in memory.
  /// Resized clips kept for later runs; several runs may share it. Empty: none are.
  std::string cache_folder;
  int64_t cache_gigabytes = 50;  ///< How large that folder may become.
  int64_t reader_threads = 2;    ///< Clips read at once in the background; 0: none.
};

/// How responses are generated.
struct RolloutSection {
  int64_t group_size = 8;
  int64_t max_new_tokens = 1024;
  rollout::SamplingConfig sampling;
  double cache_gigabytes = 0;  ///< For keys and values; 0: what the device leaves.
};

void visit_fields(config::FieldVisitor& visitor, ModelSection& section);
void visit_fields(config::FieldVisitor& visitor, DataSection& section);
void visit_fields(config::FieldVisitor& visitor, RolloutSection& section);
/// The sections `video` and `image`, which are of a model: see set_model_defaults(). Not
/// `visit_fields`: the options live in another namespace.
void visit_media_sections(config::FieldVisitor& visitor, video::VideoOptions& video,
                          video::ImageOptions& image);

/// Reads a config once to know what its defaults depend on, a preset or the model. What is wrong
/// with it is told by the reading over these defaults.
/// @param visit  the fields of a config of its own. @throws MissingInputError, DataError as
/// config::load().
void read_ahead(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                const std::function<void(config::FieldVisitor&)>& visit);

/// What the family of a model says of frames, images and positions, as defaults of a config that
/// names the model.
void set_model_defaults(const std::string& model_path, ModelSection& model,
                        video::VideoOptions& video, video::ImageOptions& image);

/// Where the user wrote a key, or "KEY (not set)".
std::string place_of(const std::string& key, const config::KeyLocations& locations);

/// Problems across the fields that every program has: an unknown prompt, bounds that exclude each
/// other, what the family of the model does not have.
std::vector<std::string> check(const ModelSection& model, const DataSection& data,
                               const video::VideoOptions& video, const video::ImageOptions& image,
                               const config::KeyLocations& locations);

}  // namespace vrlt::settings
