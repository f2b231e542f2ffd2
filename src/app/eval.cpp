#include "vrlt/app/eval.h"

#include <cstdio>
#include <map>
#include <optional>

#include "app/response_store.h"
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
  video::ImageOptions image;
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
  v.begin_section("image", "how large still images are");
  trainer::visit_image_fields(v, c.image);
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
  for (auto& [name, task] : tasks) task.folder = run_folder / name;
  return tasks;
}

/// A model with its engine; opened when the first question is asked.
class Answerer {
 public:
  explicit Answerer(const EvalConfig& config)
      : config_(config), opened_(open_model(config.model, config.data, {config.video, config.image}, config.seed)) {
    const auto& vision = opened_.processor->vision_tokens();
    engine_.emplace(*opened_.model, opened_.processor->tokenizer(),
                    std::vector<int64_t>{vision.image_pad, vision.video_pad, vision.vision_start, vision.vision_end});
  }

  /// A line of samples.jsonl for each sample.
  std::vector<io::Json> answer(const std::vector<const data::Sample*>& samples) {
    std::vector<rollout::Prompt> prompts;
    std::vector<evaluation::Answer> answers;
    for (const auto* sample : samples) {
      answers.push_back({.id = sample->id});
      try {
        prompts.push_back({sample->id, opened_.loader->load(*sample)});
      } catch (const Error& error) {
        log::warning(concat("cannot ask: ", error.what()));
        answers.back().error = error.what();
      }
    }
    const auto groups = engine_->generate(
        prompts,
        {.group_size = 1, .max_new_tokens = config_.generation.max_new_tokens, .sampling = config_.generation.sampling, .seed = config_.seed});
    auto group = groups.begin();
    std::vector<io::Json> lines;
    for (size_t i = 0; i < samples.size(); ++i) {
      if (answers[i].error.empty()) {
        const auto& response = (group++)->responses.front();
        answers[i] = {samples[i]->id, response.text, response.truncated, static_cast<int64_t>(response.ids.size()), ""};
      }
      const auto policy = opened_.loader->prompt_of(*samples[i]).think ? rewards::ThinkPolicy::kRequired : rewards::ThinkPolicy::kForbidden;
      lines.push_back(evaluation::to_json(answers[i], *samples[i], rewards::has_strict_format(answers[i].text, policy)));
    }
    return lines;
  }

 private:
  const EvalConfig& config_;
  OpenedModel opened_;
  std::optional<rollout::RolloutEngine> engine_;
};

/// Asks what the stores lack.
void answer_tasks(std::map<std::string, TaskRun>& tasks, const EvalConfig& config, size_t num_samples, distributed::ProcessGroup& group) {
  std::map<std::string, ResponseStore> stores;
  int64_t done = 0;
  for (auto& [name, task] : tasks) {
    const auto& store = stores.try_emplace(name, task.folder / "samples.jsonl", task.samples, config.batch, "err", group).first->second;
    done += static_cast<int64_t>(store.lines().size());
  }
  std::optional<Answerer> answerer;
  std::optional<metrics::ProgressBar> progress;
  if (group.is_first()) progress.emplace("eval", static_cast<int64_t>(num_samples), done);
  for (auto& [name, store] : stores) {
    while (!store.complete()) {
      if (group.any(stop_requested())) throw StopRequested("stopped as asked; run the same command to go on");
      if (!answerer) answerer.emplace(config);
      if (group.is_first()) io::create_folders(tasks.at(name).folder);
      std::vector<const data::Sample*> samples;
      for (const size_t i : store.next_batch()) samples.push_back(&store.sample(i));
      const auto before = static_cast<int64_t>(store.lines().size());
      store.append(answerer->answer(samples));
      done += static_cast<int64_t>(store.lines().size()) - before;
      if (progress) progress->update(done);
    }
    for (const auto& line : store.lines()) tasks.at(name).answers.push_back(evaluation::parse_answer(line, name));
  }
}

/// The samples that could not be asked, and why.
void print_failures(const TaskRun& task) {
  constexpr size_t kMostShown = 20;
  size_t failures = 0;
  for (const auto& answer : task.answers) {
    if (answer.error.empty()) continue;
    if (++failures <= kMostShown) std::printf("  not answered: %s: %s\n", answer.id.c_str(), answer.error.c_str());
  }
  if (failures > kMostShown) std::printf("  and %zu more (\"finish\": \"error\" in samples.jsonl)\n", failures - kMostShown);
}

std::string percent(const io::Json& estimate) {
  char text[64];
  std::snprintf(text, sizeof text, "%6.2f  [%.2f, %.2f]", 100 * estimate["value"].get<double>(), 100 * estimate["ci95"][0].get<double>(),
                100 * estimate["ci95"][1].get<double>());
  return text;
}

void print_results(const std::string& name, const TaskRun& task, const io::Json& results) {
  const auto count = [&](const char* key) { return static_cast<long long>(results[key].get<int64_t>()); };
  std::printf("%s: %lld of %lld answered", name.c_str(), count("n_done"), count("n_expected"));
  std::printf(", %.1f %% unreadable, %.1f %% cut off\n", 100 * results["parse_failure_rate"].get<double>(),
              100 * results["truncation_rate"].get<double>());
  print_failures(task);
  const bool complete = count("n_done") == count("n_expected");
  if (!complete) std::printf("  %-10s %-24s  %s\n", "", "answered samples", "samples without an answer count 0");
  for (const auto& [metric, estimate] : results["metrics"].items())
    std::printf(complete ? "  %-10s %s\n" : "  %-10s %-24s  %s\n", metric.c_str(), percent(estimate).c_str(),
                percent(estimate["unanswered_as_zero"]).c_str());
}

int eval_on_rank(const EvalConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group) {
  const auto samples = read_samples(config.data);
  const auto run_folder = fs::path(config.output) / config.name;
  auto tasks = split_by_task(samples, run_folder);
  if (config.rescore) {
    if (!fs::exists(run_folder / "config.yaml")) throw MissingInputError(concat(run_folder.string(), " holds no run to score again"));
    for (auto& [name, task] : tasks) task.answers = read_answers(task.folder / "samples.jsonl");
  } else {
    if (group.is_first())
      open_run_folder(run_folder, {yaml, input_paths(config.model, config.data), {"data.max_bad_fraction", "data.cache_megabytes"}}, command);
    answer_tasks(tasks, config, samples.size(), group);
  }
  if (!group.is_first()) return 0;
  int64_t unanswered = 0;
  const bool think = data::find_prompt(config.data.prompt).think;
  for (const auto& [name, task] : tasks) {
    const auto results = evaluation::summarize(task.samples, task.answers, think);
    io::create_folders(task.folder);
    io::write_file_atomic(task.folder / "results.json", results.dump(2) + "\n");
    print_results(name, task, results);
    unanswered += results["n_error"].get<int64_t>() + results["n_missing"].get<int64_t>();
  }
  if (unanswered > 0)
    throw IncompleteError(concat(run_folder.string(), ": ", unanswered, " of ", samples.size(),
                                 " samples have no answer (n_error, n_missing in results.json); ", "the same command asks them again"));
  return 0;
}

}  // namespace

int run_eval(const CommandLine& command) {
  EvalConfig config;
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  config::load(command.config, command.overrides, visit,
               [&](const config::KeyLocations& locations) { return trainer::check(config.data, config.video, config.image, locations); });
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
      std::printf("%-6s %-10s %8.2f %8.2f %+12.2f   [%+.2f, %+.2f]\n", name.c_str(), metric.c_str(), percent("before"), percent("after"),
                  percent("difference"), 100 * values["difference"]["ci95"][0].get<double>(), 100 * values["difference"]["ci95"][1].get<double>());
    }
  }
  io::write_file_atomic(after / "comparison.json", all.dump(2) + "\n");
  return 0;
}

}  // namespace vrlt::app
