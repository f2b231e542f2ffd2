#include "vrlt/settings/synth_config.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/model/model_choices.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {
namespace {

constexpr double kMostUnits = 40;             ///< On a side of a clip.
constexpr int64_t kDefaultTokensPerSide = 2;  ///< Of a frame.

/// Of the model that comes with the clips; of one that does not exist: the first one's.
int64_t pixel_factor(const std::string& family) {
  for (const auto& row : model::model_choices())
    if (family == row.name) return row.defaults.pixel_factor;
  return model::model_choices().front().defaults.pixel_factor;
}

/// What the field table cannot say.
std::vector<std::string> check(const SynthConfig& c, const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  const auto require_multiple = [&](const char* key, int64_t value, int64_t factor) {
    if (value % factor != 0)
      problems.push_back(concat(place_of(key, locations), ": ", key, " is ", value,
                                ", expected a multiple of ", factor));
  };
  require_multiple("size", c.style.size, pixel_factor(c.model.family));
  require_multiple("model.text_width", c.model.text_width, 24);
  require_multiple("model.vision_width", c.model.vision_width, 16);
  if (c.world.longest_seconds < c.world.shortest_seconds)
    problems.push_back(concat(place_of("world.longest_seconds", locations), ": longest_seconds is ",
                              c.world.longest_seconds, ", below shortest_seconds (",
                              c.world.shortest_seconds, ")"));
  const auto names = synth_shape_names();
  const auto place = place_of("world.held_out", locations);
  for (const auto& name : c.world.held_out)
    if (std::find(names.begin(), names.end(), name) == names.end())
      problems.push_back(concat(place, ": there is no \"", name,
                                "\"; expected a colour and a shape, as in \"", names.front(),
                                "\""));
  // Three distractors must always be found: of three colours, or of the shapes that the target has
  // not.
  const auto require_left = [&](const std::string& word, int64_t least) {
    const auto has_word = [&](const std::string& name) {
      return (" " + name + " ").find(" " + word + " ") != std::string::npos;
    };
    const auto& held_out = c.world.held_out;
    const int64_t all = std::count_if(names.begin(), names.end(), has_word);
    const int64_t left = all - std::count_if(held_out.begin(), held_out.end(), has_word);
    if (left < least)
      problems.push_back(concat(place, ": leaves ", left, " of ", all, " \"", word,
                                "\" to train on, expected at least ", least));
  };
  for (const auto& palette : synth_palettes())
    for (const auto& color : palette) require_left(color, 1);
  for (const auto& shape : synth_shapes()) require_left(shape, 2);
  return problems;
}

}  // namespace

void visit_fields(config::FieldVisitor& v, SynthConfig& c) {
  const auto unit = static_cast<double>(pixel_factor(c.model.family));
  v.field({.name = "output", .help = "folder for videos, records and the model", .required = true},
          c.output);
  v.field({.name = "seed", .help = "of what is drawn"}, c.seed);
  v.field({.name = "train_clips", .help = "clips for training", .min = 1}, c.train_clips);
  v.field({.name = "test_clips", .help = "held-out clips", .min = 1}, c.test_clips);
  v.field({.name = "paraphrases", .help = "put each question in one of several ways"},
          c.paraphrases);
  v.field({.name = "size",
           .help = "pixels per side, a multiple of what a vision token of the model sees",
           .min = unit,
           .max = kMostUnits * unit},
          c.style.size);
  v.field({.name = "frames_per_second", .help = "of the files", .min = 1, .max = 60},
          c.style.frames_per_second);
  v.begin_section("world", "what happens in the clips");
  v.field({.name = "shortest_seconds", .help = "clips last at least so long", .min = 4, .max = 600},
          c.world.shortest_seconds);
  v.field({.name = "longest_seconds", .help = "and at most so long", .min = 4, .max = 600},
          c.world.longest_seconds);
  v.field({.name = "max_distractors", .help = "shapes beside the target", .min = 0, .max = 3},
          c.world.max_distractors);
  v.field({.name = "similar_distractors", .help = "let them share a colour with the target"},
          c.world.similar_distractors);
  v.field({.name = "held_out",
           .help = "shapes that only test clips show, as in [red circle, white square]"},
          c.world.held_out);
  v.end_section();
  v.begin_section("model", "the tiny model: config.json without weights");
  v.field({.name = "family",
           .help = "what kind of model (--list models)",
           .choices = names_of(model::model_choices())},
          c.model.family);
  v.field({.name = "text_width",
           .help = "hidden size of the decoder, a multiple of 24",
           .min = 24,
           .max = 4096},
          c.model.text_width);
  v.field({.name = "text_layers", .help = "decoder layers", .min = 1, .max = 100},
          c.model.text_layers);
  v.field({.name = "vision_width",
           .help = "hidden size of the vision encoder, a multiple of 16",
           .min = 16,
           .max = 4096},
          c.model.vision_width);
  v.field({.name = "vision_layers", .help = "vision blocks", .min = 1, .max = 100},
          c.model.vision_layers);
  v.end_section();
}

SynthConfig load_synth_config(const std::filesystem::path& file,
                              const std::vector<std::string>& overrides) {
  SynthConfig named, config;
  read_ahead(file, overrides, [&](config::FieldVisitor& v) { visit_fields(v, named); });
  config.model.family = named.model.family;
  config.style.size = kDefaultTokensPerSide * pixel_factor(named.model.family);
  config::load(
      file, overrides, [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); },
      [&](const config::KeyLocations& locations) { return check(config, locations); });
  return config;
}

const std::vector<std::vector<std::string>>& synth_palettes() {
  static const std::vector<std::vector<std::string>> kPalettes = {{"red", "green", "blue"},
                                                                  {"yellow", "purple", "white"}};
  return kPalettes;
}

const std::vector<std::string>& synth_shapes() {
  static const std::vector<std::string> kNames = {"circle", "square", "triangle"};
  return kNames;
}

std::vector<std::string> synth_shape_names() {
  std::vector<std::string> names;
  for (const auto& palette : synth_palettes())
    for (const auto& color : palette)
      for (const auto& shape : synth_shapes()) names.push_back(color + " " + shape);
  return names;
}

}  // namespace vrlt::settings
