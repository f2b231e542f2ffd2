#include "app/eval_config.h"

#include <map>
#include <set>

#include "vrlt/app/opened_model.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/data/prompt.h"
#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/io/files.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> check(const EvalConfig& config, const config::KeyLocations& locations) {
  auto problems = trainer::check(config.data, config.video, config.image, locations);
  for (const auto& name : config.compat) try {
      evaluation::find_compat(name);
    } catch (const ConfigError& error) {
      problems.push_back(concat(trainer::place_of("compat", locations), ": ", error.what()));
    }
  // The config that is kept with a run sets every key: only a value of one's own is a mistake.
  if (problems.empty() && config.subtitle_frames != EvalConfig().subtitle_frames && data::find_prompt(config.data.prompt).subtitles_lead == nullptr)
    problems.push_back(concat(trainer::place_of("subtitle_frames", locations), ": data.prompt ", config.data.prompt, " shows no subtitles"));
  if (config.generation.group_size > 1 && config.generation.sampling.temperature == 0.0)
    problems.push_back(
        concat(trainer::place_of("generation.samples", locations), ": several greedy answers are the same answer; set generation.temperature"));
  return problems;
}

/// The ids a list names: an item that is a file holds one on each line.
std::set<std::string> wanted_ids(const std::vector<std::string>& items) {
  constexpr uint64_t kMaxBytes = 64 << 20;
  std::set<std::string> ids;
  for (const auto& item : items) {
    if (!fs::is_regular_file(item)) {
      ids.insert(item);
      continue;
    }
    std::string line;
    for (const char c : io::read_file(item, kMaxBytes) + "\n") {
      if (c != '\n') {
        line += c;
        continue;
      }
      if (line.ends_with('\r')) line.pop_back();
      if (!line.empty()) ids.insert(line);
      line.clear();
    }
  }
  return ids;
}

evaluation::Scoring scoring_of(const evaluation::BenchmarkEntry* benchmark, const EvalConfig& config) {
  evaluation::Scoring scoring{.prompt = &data::find_prompt(config.data.prompt),
                              .seed = config.seed,
                              .official_judge_bug = config.official_judge_bug,
                              .substring_groups = config.substring_groups,
                              .predict_only = config.predict_only};
  auto names = config.compat;
  if (names.empty() && benchmark != nullptr) names = evaluation::profile_names(*benchmark, scoring.prompt->think, config.data.prompt);
  for (const auto& name : names) scoring.profiles.push_back(&evaluation::find_compat(name));
  if (benchmark != nullptr) scoring.macro_over = benchmark->macro_over;
  return scoring;
}

}  // namespace

void visit_fields(config::FieldVisitor& v, EvalConfig& c) {
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true}, c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field({.name = "seed", .help = "of sampling, if generation.temperature is not 0, and of official scripts that guess"}, c.seed);
  v.field({.name = "batch", .help = "prompts decoded together", .min = 1}, c.batch);
  v.field({.name = "rescore", .help = "score the answers that are there again; opens no model"}, c.rescore);
  v.field({.name = "allow_partial", .help = "print scores although the records are not all of the benchmark"}, c.allow_partial);
  v.field({.name = "allow_errors", .help = "end well although samples could not be asked; they are counted, and score 0 or are left out as ever"},
          c.allow_errors);
  v.field({.name = "predict_only", .help = "answer and write the submission files, score nothing: for splits whose labels are hidden"},
          c.predict_only);
  v.field({.name = "ids", .help = "only these samples: ids, or files with one on each line; empty: all"}, c.ids);
  v.field({.name = "compat", .help = "official ways to score beside the strict one (--list compat); empty: those of the benchmark"}, c.compat);
  v.field({.name = "substring_groups", .help = "official scores per group as lmms-eval takes them for Video-MME: by search in all group names"},
          c.substring_groups);
  v.field({.name = "official_judge_bug",
           .help = "count an answer that is for a judge as the official scripts do when it fails: right in MVBench (VLMEvalKit), -1 in TempCompass"},
          c.official_judge_bug);
  v.field({.name = "subtitle_frames",
           .help = "prompts with subtitles show those at so many evenly spread frames; -1: all, 0: the frames that the model sees",
           .min = -1,
           .max = 1e7},
          c.subtitle_frames);
  v.section("model", "the model to evaluate", c.model);
  v.section("data", "the records to answer", c.data);
  trainer::visit_media_sections(v, c.video, c.image);
  v.begin_section("generation", "how answers are generated");
  v.field({.name = "samples", .help = "answers to each question, which count with their mean", .min = 1, .max = 4096}, c.generation.group_size);
  v.field({.name = "max_new_tokens", .help = "longest answer", .min = 1, .max = 1e6}, c.generation.max_new_tokens);
  v.field({.name = "temperature", .help = "0: greedy", .min = 0, .max = 100}, c.generation.sampling.temperature);
  v.field({.name = "top_p", .help = "sample among the likeliest tokens that sum to this", .min = 1e-6, .max = 1}, c.generation.sampling.top_p);
  v.end_section();
}

EvalConfig load_eval_config(const fs::path& file, const std::vector<std::string>& overrides) {
  EvalConfig config;
  config::load(
      file, overrides, [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); },
      [&](const config::KeyLocations& locations) { return check(config, locations); });
  return config;
}

std::vector<data::Sample> read_eval_samples(const EvalConfig& config) {
  if (config.ids.empty()) return read_samples(config.data);
  auto all = config.data;
  all.max_samples = 0;
  auto samples = read_samples(all);
  auto wanted = wanted_ids(config.ids);
  std::set<std::string> found;
  std::erase_if(samples, [&](const data::Sample& sample) {
    if (!wanted.contains(sample.id)) return true;
    found.insert(sample.id);
    return false;
  });
  for (const auto& id : wanted)
    if (!found.contains(id)) throw ConfigError(concat("ids: no record has the id \"", id, "\""));
  if (config.data.max_samples > 0 && static_cast<int64_t>(samples.size()) > config.data.max_samples)
    samples.resize(static_cast<size_t>(config.data.max_samples));
  return samples;
}

const evaluation::BenchmarkEntry* benchmark_of(const data::Sample& sample, const EvalConfig& config) {
  try {
    const auto& prompt = data::find_prompt(sample.prompt.empty() ? config.data.prompt : sample.prompt);
    return evaluation::find_benchmark(sample, prompt.subtitles_lead != nullptr);
  } catch (const ConfigError& error) {
    throw DataError(concat(sample.id, ": ", error.what()));
  }
}

std::vector<EvalTask> split_by_benchmark(const std::vector<data::Sample>& samples, const EvalConfig& config) {
  std::map<std::string, EvalTask> by_name;
  for (const auto& sample : samples) {
    const auto* benchmark = benchmark_of(sample, config);
    const std::string name = benchmark != nullptr ? benchmark->name : evaluation::find_strict(sample.task).name;
    auto& task = by_name[name];
    if (task.samples.empty()) task = {.name = name, .samples = {}, .scoring = scoring_of(benchmark, config)};
    task.samples.push_back(&sample);
  }
  std::vector<EvalTask> tasks;
  for (auto& [name, task] : by_name) tasks.push_back(std::move(task));
  return tasks;
}

std::vector<EvalTask> pooled_tasks(const std::vector<EvalTask>& tasks, const EvalConfig& config) {
  std::map<std::string, EvalTask> by_bench;
  std::map<std::string, int> num_tasks;
  for (const auto& task : tasks) {
    const auto* benchmark = benchmark_of(*task.samples.front(), config);
    if (benchmark == nullptr || *benchmark->headline == '\0') continue;
    auto& pooled = by_bench[benchmark->bench];
    pooled.name = benchmark->bench;
    pooled.pooled = true;
    pooled.scoring = task.scoring;
    pooled.samples.insert(pooled.samples.end(), task.samples.begin(), task.samples.end());
    ++num_tasks[benchmark->bench];
  }
  std::vector<EvalTask> pools;
  for (const auto& profile : evaluation::compat_table())
    if (num_tasks[profile.name] > 1) {
      pools.push_back(by_bench[profile.name]);
      pools.back().scoring.profiles = {&profile};
    }
  return pools;
}

int64_t published_samples(const EvalTask& task, const EvalConfig& config) {
  const auto& sample = *task.samples.front();
  const auto* benchmark = benchmark_of(sample, config);
  if (benchmark == nullptr) return 0;
  if (task.pooled) {
    int64_t all = 0;
    for (const auto& entry : evaluation::benchmark_table())
      if (sample.bench == entry.bench && *entry.headline != '\0') all += entry.num_samples;
    return all;
  }
  const auto* size = data::find_benchmark_size(sample.bench, sample.split);
  return size != nullptr && sample.bench == benchmark->name ? size->samples : benchmark->num_samples;
}

std::string not_comparable(const EvalTask& task, const EvalConfig& config) {
  const int64_t published = published_samples(task, config);
  const auto count = static_cast<int64_t>(task.samples.size());
  if (published > 0 && count != published) return concat(count, " samples, the benchmark has ", published);
  if (!config.ids.empty()) return concat(count, " chosen samples (--ids)");
  if (config.data.max_samples > 0) return concat("the first ", config.data.max_samples, " samples of the records (--limit)");
  return {};
}

}  // namespace vrlt::app
