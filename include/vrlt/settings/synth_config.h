#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/model/small_model.h"

namespace vrlt::settings {

/// What happens in clips. The defaults are the easiest world.
struct SynthWorld {
  int64_t shortest_seconds = 8, longest_seconds = 8;  ///< Clips last whole seconds between these.
  int64_t max_distractors = 2;
  /// false: distractors come from the other palette and all colours differ, so that a colour tells
  /// the target. true: a distractor may have the colour of the target or of another distractor;
  /// only the target has its shape.
  bool similar_distractors = false;
  /// Names ("red circle") that training clips never show and test clips do.
  std::vector<std::string> held_out;
};

struct SynthStyle {
  int64_t size = 56;              ///< Pixels per side; by default two vision tokens of the model.
  int64_t frames_per_second = 8;  ///< Frames per second of the file; a model takes fewer.
};

/// What `vrlt-data synth` reads.
struct SynthConfig {
  std::string output;
  uint64_t seed = 0;
  int64_t train_clips = 600;
  int64_t test_clips = 200;
  bool paraphrases = false;
  SynthWorld world;
  SynthStyle style;
  model::SmallModel model;  ///< That comes with the clips.
};

void visit_fields(config::FieldVisitor& visitor, SynthConfig& config);

/// @throws as config::load().
SynthConfig load_synth_config(const std::filesystem::path& file,
                              const std::vector<std::string>& overrides);

/// Two sets of three colours.
const std::vector<std::vector<std::string>>& synth_palettes();
const std::vector<std::string>& synth_shapes();
/// Every colour with every shape: "red circle", ...
std::vector<std::string> synth_shape_names();

}  // namespace vrlt::settings
