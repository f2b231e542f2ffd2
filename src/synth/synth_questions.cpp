#include "synth/synth_questions.h"

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"

namespace vrlt::synth {
namespace {

/// Draws of one clip's questions.
enum : uint64_t { kWhichShape = 0, kGroundingPhrase = 1, kChoicePhrase = 2, kGroundedPhrase = 3 };

using Phrases = std::vector<std::string>;

/// Ways to name a shape; the first is the plain one.
Phrases grounding_phrases(const std::string& color, const std::string& shape) {
  return {color + " " + shape, "the " + color + " " + shape + " is visible",
          "a " + shape + " that is " + color, shape + " in " + color};
}

/// Ways to ask for the target's colour. Where distractors share its palette, its shape tells which
/// is meant.
Phrases color_phrases(const settings::SynthWorld& world, const std::string& shape) {
  if (!world.similar_distractors) return {"which color", "what color is shown", "name the color"};
  return {"which color is the " + shape, "color of the " + shape, "the " + shape + " is"};
}

/// A record of one clip, without what a task adds.
io::Json base_record(const std::string& split, int64_t index, const char* task,
                     const SynthClip& clip) {
  char name[32];
  std::snprintf(name, sizeof name, "%s/%05lld.mp4", split.c_str(), static_cast<long long>(index));
  return {{"schema", "vs/1"},
          {"id", concat("synth/", split, "/", task, "/", index)},
          {"task", task},
          {"bench", "synth"},
          {"split", split},
          {"video", name},
          {"clip_start", 0},
          {"clip_end", nullptr},
          {"duration", clip.duration_seconds},
          {"question", ""},
          {"options", nullptr},
          {"answer", nullptr},
          {"segments", nullptr},
          {"source", "synth"}};
}

void add_segment(io::Json& record, const SynthShape& shape) {
  record["segments"] = io::Json::array({io::Json::array({shape.start_seconds, shape.end_seconds})});
}

/// The options are the target's palette: it shows one of them.
void add_options(io::Json& record, const SynthClip& clip) {
  const auto& palette = settings::synth_palettes()[clip.palette];
  record["options"] = palette;
  record["answer"] =
      std::find(palette.begin(), palette.end(), clip.shapes.front().color) - palette.begin();
}

/// Tells results of what training never showed from the others.
void add_group(io::Json& record, const settings::SynthWorld& world, const SynthShape& shape) {
  if (world.held_out.empty()) return;
  const bool held_out =
      std::find(world.held_out.begin(), world.held_out.end(), shape.name()) != world.held_out.end();
  record["groups"] = {{"pair", held_out ? "held_out" : "seen"}};
}

}  // namespace

std::vector<io::Json> synth_records(const SynthClip& clip, const settings::SynthWorld& world,
                                    bool paraphrases, const std::string& split, int64_t index,
                                    uint64_t seed) {
  const uint64_t key = stable_hash(concat("question/", split, "/", index));
  const auto draw = [&](uint64_t which, size_t count) {
    return random_bits(seed, key, which, 0) % count;
  };
  const auto phrase = [&](uint64_t which, const Phrases& phrases) {
    return phrases[paraphrases ? draw(which, phrases.size()) : 0];
  };
  const auto& target = clip.shapes.front();
  const auto& any_shape = clip.shapes[draw(kWhichShape, clip.shapes.size())];

  auto grounding = base_record(split, index, "tvg", clip);
  grounding["question"] =
      phrase(kGroundingPhrase, grounding_phrases(any_shape.color, any_shape.shape));
  add_segment(grounding, any_shape);
  add_group(grounding, world, any_shape);

  auto choice = base_record(split, index, "mcq", clip);
  choice["question"] = phrase(kChoicePhrase, color_phrases(world, target.shape));
  add_options(choice, clip);
  add_group(choice, world, target);

  auto grounded = base_record(split, index, "gqa", clip);
  grounded["question"] = phrase(kGroundedPhrase, color_phrases(world, target.shape));
  add_options(grounded, clip);
  add_segment(grounded, target);
  add_group(grounded, world, target);
  return {grounding, choice, grounded};
}

std::vector<std::string> synth_sentences(const settings::SynthWorld& world, bool paraphrases) {
  std::vector<std::string> sentences = {"system\nYou are a helpful assistant.", "user\n",
                                        "assistant\n"};
  const auto asked = [&](const Phrases& phrases) {
    return Phrases(phrases.begin(), paraphrases ? phrases.end() : phrases.begin() + 1);
  };
  std::vector<std::string> color_questions;
  for (const auto& shape : settings::synth_shapes())
    for (const auto& question : asked(color_phrases(world, shape)))
      if (std::find(color_questions.begin(), color_questions.end(), question) ==
          color_questions.end())
        color_questions.push_back(question);
  for (const auto& palette : settings::synth_palettes()) {
    const auto options = "A. " + palette[0] + " B. " + palette[1] + " C. " + palette[2] + " ?";
    for (const auto& question : color_questions) {
      sentences.push_back(question + " " + options);
      sentences.push_back(question + " when " + options);
    }
    for (const auto& color : palette)
      for (const auto& shape : settings::synth_shapes())
        for (const auto& question : asked(grounding_phrases(color, shape)))
          sentences.push_back("when " + question + " ?");
  }
  const int seconds = static_cast<int>(world.longest_seconds);
  for (int tenths = 0; tenths <= 10 * seconds; tenths += 5) {
    char text[64];
    std::snprintf(text, sizeof text, "%d.%d to %d.%d", tenths / 10, tenths % 10,
                  seconds - tenths / 10, tenths % 10);
    for (int repeat = 0; repeat < 4; ++repeat) sentences.emplace_back(text);
    sentences.push_back(std::string(1, static_cast<char>('A' + tenths % 3)) + ", " + text);
  }
  return sentences;
}

}  // namespace vrlt::synth
