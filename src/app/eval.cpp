#include "vrlt/app/eval.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <set>

#include "vrlt/app/opened_model.h"
#include "vrlt/app/ranks.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/results.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/progress.h"
#include "vrlt/rewards/answer_parser.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

/// What `vrlt-eval` reads.
struct EvalConfig {
  std::string name;
  std::string output = "runs";
  uint64_t seed = 0;
  int64_t batch = 16;
  bool rescore = false;
  trainer::ModelSection model;
  trainer::DataSection data;
  video::VideoOptions video;
  trainer::RolloutSection generation{.group_size = 1, .max_new_tokens = 1024, .sampling = {.temperature = 0.0}};
};

void visit_fields(config::FieldVisitor& v, EvalConfig& c) {
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true}, c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field({.name = "seed", .help = "of sampling, if generation.temperature is not 0"}, c.seed);
  v.field({.name = "batch", .help = "prompts decoded together", .min = 1}, c.batch);
  v.field({.name = "rescore", .help = "score the answers that are there again; opens no model"}, c.rescore);
  v.section("model", "the model to evaluate", c.model);
  v.section("data", "the records to answer", c.data);
  v.begin_section("video", "which frames, and how large");
  trainer::visit_video_fields(v, c.video);
  v.end_section();
  v.begin_section("generation", "how answers are generated");
  v.field({.name = "max_new_tokens", .help = "longest answer", .min = 1, .max = 1e6}, c.generation.max_new_tokens);
  v.field({.name = "temperature", .help = "0: greedy", .min = 0, .max = 100}, c.generation.sampling.temperature);
  v.end_section();
}

/// The samples and answers of one task, with its folder.
struct TaskRun {
  fs::path folder;
  std::vector<const data::Sample*> samples;
  std::vector<evaluation::Answer> answers;
};

std::vector<evaluation::Answer> read_answers(const fs::path& path) {
  std::vector<evaluation::Answer> answers;
  if (!fs::exists(path)) return answers;
  io::for_each_jsonl(path, /*tolerate_torn_tail=*/true,
                     [&](int64_t line, io::Json value) { answers.push_back(evaluation::parse_answer(value, concat(path.string(), ":", line))); });
  return answers;
}

std::map<std::string, TaskRun> split_by_task(const std::vector<data::Sample>& samples, const fs::path& run_folder) {
  std::map<std::string, TaskRun> tasks;
  for (const auto& sample : samples) {
    auto& task = tasks[evaluation::find_benchmark(sample.task).name];
    task.samples.push_back(&sample);
  }
  for (auto& [name, task] : tasks) {
    task.folder = run_folder / name;
    task.answers = read_answers(task.folder / "samples.jsonl");
  }
  return tasks;
}

/// Answers what is open, each rank every so many of the batches; rank 0 writes them in the order of the samples.
void answer_task(TaskRun& task, const EvalConfig& config, OpenedModel& opened, rollout::RolloutEngine& engine, distributed::ProcessGroup& group,
                 std::optional<metrics::ProgressBar>& progress, int64_t& done) {
  std::set<std::string> known;
  for (const auto& answer : task.answers) known.insert(answer.id);
  std::vector<const data::Sample*> open;
  for (const auto* sample : task.samples)
    if (known.count(sample->id) == 0) open.push_back(sample);
  std::optional<io::JsonlAppender> lines;
  if (group.is_first()) lines.emplace(task.folder / "samples.jsonl");
  const auto batch_size = static_cast<size_t>(config.batch), rank = static_cast<size_t>(group.rank()), world_size = static_cast<size_t>(group.world_size());
  for (size_t round = 0; round < open.size(); round += batch_size * world_size) {
    const size_t begin = std::min(open.size(), round + rank * batch_size);
    if (group.any(stop_requested())) throw StopRequested("stopped as asked; run the same command to go on");
    std::vector<rollout::Prompt> prompts;
    std::vector<const data::Sample*> asked;
    std::vector<std::pair<const data::Sample*, evaluation::Answer>> batch;
    for (size_t i = begin; i < std::min(open.size(), begin + static_cast<size_t>(config.batch)); ++i) {
      try {
        prompts.push_back({open[i]->id, opened.loader->load(*open[i])});
        asked.push_back(open[i]);
      } catch (const Error& error) {
        log::warning(concat("cannot ask: ", error.what()));
        batch.push_back({open[i], {.id = open[i]->id, .error = error.what()}});
      }
    }
    const auto groups = engine.generate(prompts, {.group_size = 1, .max_new_tokens = config.generation.max_new_tokens, .sampling = config.generation.sampling, .seed = config.seed});
    for (size_t i = 0; i < groups.size(); ++i) {
      const auto& response = groups[i].responses.front();
      batch.push_back({asked[i], {asked[i]->id, response.text, response.truncated, static_cast<int64_t>(response.ids.size()), ""}});
    }
    io::Json own = io::Json::array();
    for (const auto& [sample, answer] : batch) {
      const auto policy = opened.loader->prompt_of(*sample).think ? rewards::ThinkPolicy::kRequired : rewards::ThinkPolicy::kForbidden;
      own.push_back(evaluation::to_json(answer, *sample, rewards::has_strict_format(answer.text, policy)));
    }
    for (const auto& of_rank : group.all_gather(io::to_line(own)))
      for (const auto& line : io::parse_json(of_rank, "the answers of a rank")) {
        if (lines) lines->append(line);
        task.answers.push_back(evaluation::parse_answer(line, "an answer"));
        ++done;
      }
    if (progress) progress->update(done);
  }
  if (lines) lines->close();
}

void print_results(const std::string& task, const io::Json& results) {
  std::printf("%s: %lld of %lld answered", task.c_str(), static_cast<long long>(results["n_done"].get<int64_t>()), static_cast<long long>(results["n_expected"].get<int64_t>()));
  std::printf(", %.1f %% unreadable, %.1f %% cut off\n", 100 * results["parse_failure_rate"].get<double>(), 100 * results["truncation_rate"].get<double>());
  for (const auto& [name, metric] : results["metrics"].items())
    std::printf("  %-10s %6.2f  [%.2f, %.2f]\n", name.c_str(), 100 * metric["value"].get<double>(), 100 * metric["ci95"][0].get<double>(), 100 * metric["ci95"][1].get<double>());
}

int eval_on_rank(const EvalConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group);

}  // namespace

int run_eval(const CommandLine& command) {
  EvalConfig config;
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  config::load(command.config, command.overrides, visit, [&](const config::KeyLocations& locations) {
    std::vector<std::string> problems;
    try {
      data::find_prompt(config.data.prompt);
    } catch (const ConfigError& error) {
      problems.push_back(concat(locations.count("data.prompt") ? locations.at("data.prompt") : "data.prompt", ": ", error.what()));
    }
    return problems;
  });
  if (command.print_config) {
    std::fputs(config::to_yaml(visit, true).c_str(), stdout);
    return 0;
  }
  if (command.dry_run) {
    read_samples(config.data);
    return 0;
  }
  const auto yaml = config::to_yaml(visit, false);
  return run_on_ranks(config.model.device, yaml, [&](distributed::ProcessGroup& group) { return eval_on_rank(config, yaml, command, group); });
}

namespace {

int eval_on_rank(const EvalConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group) {
  const auto samples = read_samples(config.data);
  const auto run_folder = fs::path(config.output) / config.name;
  if (!config.rescore && group.is_first()) open_run_folder(run_folder, yaml, command, input_paths(config.model, config.data));
  auto tasks = split_by_task(samples, run_folder);
  if (group.is_first())
    for (const auto& [name, task] : tasks) io::create_folders(task.folder);
  group.barrier();  // every rank has read the answers that are there before rank 0 adds to them
  if (!config.rescore) {
    auto opened = open_model(config.model, config.data, config.video, config.seed);
    const auto& vision = opened.processor->vision_tokens();
    rollout::RolloutEngine engine(*opened.model, opened.processor->tokenizer(), {vision.image_pad, vision.video_pad, vision.vision_start, vision.vision_end});
    int64_t done = 0;
    for (const auto& [name, task] : tasks) done += static_cast<int64_t>(task.answers.size());
    std::optional<metrics::ProgressBar> progress;
    if (group.is_first()) progress.emplace("eval", static_cast<int64_t>(samples.size()), done);
    for (auto& [name, task] : tasks) answer_task(task, config, opened, engine, group, progress, done);
  }
  if (!group.is_first()) return 0;
  bool complete = true;
  const bool think = data::find_prompt(config.data.prompt).think;
  for (const auto& [name, task] : tasks) {
    const auto results = evaluation::summarize(task.samples, task.answers, think);
    io::write_file_atomic(task.folder / "results.json", results.dump(2) + "\n");
    print_results(name, results);
    complete = complete && results["n_error"] == 0 && results["n_missing"] == 0;
  }
  if (!complete) throw IncompleteError(concat(run_folder.string(), ": some samples could not be answered (n_error, n_missing in results.json); the metrics leave them out"));
  return 0;
}

}  // namespace

int run_compare(const fs::path& before, const fs::path& after) {
  // The records are those of the later run: its config names them.
  EvalConfig config;
  config::load(after / "config.yaml", {}, [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); }, {});
  const auto samples = read_samples(config.data);
  std::printf("%-6s %-10s %8s %8s %12s   95 %% interval of the difference (paired)\n", "task", "metric", "before", "after", "difference");
  io::Json all = io::Json::object();
  std::map<std::string, std::vector<const data::Sample*>> by_task;
  for (const auto& sample : samples) by_task[evaluation::find_benchmark(sample.task).name].push_back(&sample);
  for (const auto& [name, of_task] : by_task) {
    const auto result = evaluation::compare(of_task, read_answers(before / name / "samples.jsonl"), read_answers(after / name / "samples.jsonl"));
    all[name] = result;
    for (const auto& [metric, values] : result.items()) {
      const auto percent = [&](const char* key) { return 100 * values[key]["value"].get<double>(); };
      std::printf("%-6s %-10s %8.2f %8.2f %+12.2f   [%+.2f, %+.2f]\n", name.c_str(), metric.c_str(), percent("before"), percent("after"), percent("difference"),
                  100 * values["difference"]["ci95"][0].get<double>(), 100 * values["difference"]["ci95"][1].get<double>());
    }
  }
  io::write_file_atomic(after / "comparison.json", all.dump(2) + "\n");
  return 0;
}

}  // namespace vrlt::app
