#include "vrlt/settings/eval_config.h"

#include "settings/run_name.h"
#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"
#include "vrlt/evaluation/compat_profile.h"

namespace vrlt::settings {
namespace {

std::vector<std::string> check(const EvalConfig& config, const config::KeyLocations& locations) {
  auto problems = check_run_name(config.name, locations, /*parts=*/2);
  for (const auto& problem :
       check(config.model, config.data, config.video, config.image, locations))
    problems.push_back(problem);
  for (const auto& name : config.compat) try {
      evaluation::find_compat(name);
    } catch (const ConfigError& error) {
      problems.push_back(concat(place_of("compat", locations), ": ", error.what()));
    }
  // The config that is kept with a run sets every key: only a value of one's own is a mistake.
  if (problems.empty() && config.subtitle_frames != EvalConfig().subtitle_frames &&
      data::find_prompt(config.data.prompt).subtitles_lead == nullptr)
    problems.push_back(concat(place_of("subtitle_frames", locations), ": data.prompt ",
                              config.data.prompt, " shows no subtitles"));
  if (config.generation.group_size > 1 && config.generation.sampling.temperature == 0.0)
    problems.push_back(
        concat(place_of("generation.samples", locations),
               ": several greedy answers are the same answer; set generation.temperature"));
  return problems;
}

void visit_generation(config::FieldVisitor& v, RolloutSection& c) {
  v.field({.name = "samples",
           .help = "answers to each question, which count with their mean",
           .min = 1,
           .max = 4096},
          c.group_size);
  v.field({.name = "max_new_tokens", .help = "longest answer", .min = 1, .max = 1e6},
          c.max_new_tokens);
  v.field({.name = "temperature", .help = "0: greedy", .min = 0, .max = 100},
          c.sampling.temperature);
  v.field({.name = "top_p",
           .help = "sample among the likeliest tokens that sum to this",
           .min = 1e-6,
           .max = 1},
          c.sampling.top_p);
}

}  // namespace

void visit_fields(config::FieldVisitor& v, EvalConfig& c) {
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true},
          c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field(
      {.name = "seed",
       .help =
           "of sampling, if generation.temperature is not 0, and of official scripts that guess"},
      c.seed);
  v.field({.name = "batch", .help = "prompts decoded together", .min = 1, .max = 1e6}, c.batch);
  v.field({.name = "rescore", .help = "score the answers that are there again; opens no model"},
          c.rescore);
  v.field({.name = "allow_partial",
           .help = "print scores although the records are not all of the benchmark"},
          c.allow_partial);
  v.field({.name = "allow_errors",
           .help = "end well although samples could not be asked; they are counted, and score 0 or "
                   "are left out as ever"},
          c.allow_errors);
  v.field({.name = "predict_only",
           .help = "answer and write the submission files, score nothing: for splits whose labels "
                   "are hidden"},
          c.predict_only);
  v.field({.name = "ids",
           .help = "only these samples: ids, or files with one on each line; empty: all"},
          c.ids);
  v.field({.name = "compat",
           .help = "official ways to score beside the strict one (--list compat); empty: those of "
                   "the benchmark"},
          c.compat);
  v.field({.name = "substring_groups",
           .help = "official scores per group as lmms-eval takes them for Video-MME: by search in "
                   "all group names"},
          c.substring_groups);
  v.field({.name = "official_judge_bug",
           .help = "count an answer that is for a judge as the official scripts do when it fails: "
                   "right in MVBench (VLMEvalKit), -1 in TempCompass"},
          c.official_judge_bug);
  v.field({.name = "subtitle_frames",
           .help = "prompts with subtitles show those at so many evenly spread frames; -1: all, 0: "
                   "the frames that the model sees",
           .min = -1,
           .max = 1e7},
          c.subtitle_frames);
  v.section("model", "the model to evaluate", c.model);
  v.section("data", "the records to answer", c.data);
  visit_media_sections(v, c.video, c.image);
  v.begin_section("generation", "how answers are generated");
  visit_generation(v, c.generation);
  v.end_section();
}

EvalConfig load_eval_config(const std::filesystem::path& file,
                            const std::vector<std::string>& overrides) {
  EvalConfig named, config;
  read_ahead(file, overrides, [&](config::FieldVisitor& v) { visit_fields(v, named); });
  set_model_defaults(named.model.path, config.model, config.video, config.image);
  config::load(
      file, overrides, [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); },
      [&](const config::KeyLocations& locations) { return check(config, locations); });
  return config;
}

}  // namespace vrlt::settings
