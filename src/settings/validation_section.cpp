#include "vrlt/settings/validation_section.h"

#include "vrlt/core/error.h"
#include "vrlt/settings/eval_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::settings {

void visit_fields(config::FieldVisitor& v, ValidationSection& c) {
  v.field({.name = "records",
           .help = "JSON Lines files of held-out samples, asked greedily and scored as vrlt-eval "
                   "does; empty: the run does not validate"},
          c.records);
  v.field({.name = "every",
           .help = "steps between validations; the last step always has one",
           .min = 1,
           .max = 1e9},
          c.every);
  v.field({.name = "before", .help = "validate the model as it is before the first step too"},
          c.before);
  v.field({.name = "max_samples", .help = "use only the first so many samples; 0: all", .min = 0},
          c.max_samples);
  v.field({.name = "samples",
           .help = "answers of each validation, to the same questions, that are written to "
                   "validations.jsonl and shown in the report",
           .min = 0,
           .max = 1e6},
          c.samples);
  v.field({.name = "keep_best",
           .help = "keep the checkpoint of the best validation, whatever checkpoint.keep says; "
                   "checkpoints/best leads to it"},
          c.keep_best);
  v.field({.name = "stop_after",
           .help = "end the run after so many validations in a row without a sure improvement (the "
                   "95 % interval of the paired difference is above 0); 0: never",
           .min = 0},
          c.stop_after);
  v.field({.name = "blind",
           .help = "ask the same without images and video: how much of the score is seen"},
          c.blind);
  v.field({.name = "shuffled",
           .help = "ask the same with the frames in random order: how much of the score is the "
                   "order of what happens"},
          c.shuffled);
  v.field({.name = "batch", .help = "prompts decoded together", .min = 1, .max = 1e6}, c.batch);
  v.field({.name = "max_new_tokens",
           .help = "longest answer; not set: rollout.max_new_tokens",
           .min = 1,
           .max = 1e6},
          c.max_new_tokens);
}

std::vector<std::string> check(const ValidationSection& section,
                               const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  if (section.is_on()) return problems;
  // The config that is kept with a run sets every key: only a value of one's own is a mistake.
  const ValidationSection defaults;
  const auto refuse = [&](const char* key, bool differs) {
    const auto written = locations.find(concat("validation.", key));
    if (differs && written != locations.end())
      problems.push_back(concat(written->second, ": \"validation.", key,
                                "\" has no effect without validation.records; name held-out "
                                "records, or remove it"));
  };
  refuse("every", section.every != defaults.every);
  refuse("before", section.before != defaults.before);
  refuse("max_samples", section.max_samples != defaults.max_samples);
  refuse("samples", section.samples != defaults.samples);
  refuse("keep_best", section.keep_best != defaults.keep_best);
  refuse("stop_after", section.stop_after != defaults.stop_after);
  refuse("blind", section.blind != defaults.blind);
  refuse("shuffled", section.shuffled != defaults.shuffled);
  refuse("batch", section.batch != defaults.batch);
  refuse("max_new_tokens", section.max_new_tokens != defaults.max_new_tokens);
  return problems;
}

EvalConfig evaluation_of(const TrainConfig& config) {
  const auto& section = config.validation;
  EvalConfig evaluation{.name = config.name,
                        .output = config.output,
                        .seed = config.seed,
                        .batch = section.batch,
                        .model = config.model,
                        .data = config.data,
                        .video = config.video,
                        .image = config.image};
  evaluation.data.records = section.records;
  evaluation.data.max_samples = section.max_samples;
  evaluation.generation.max_new_tokens =
      section.max_new_tokens.value_or(config.rollout.max_new_tokens);
  return evaluation;
}

}  // namespace vrlt::settings
