#include "vrlt/app/eval.h"

#include <algorithm>
#include <cstdio>

#include "app/answering.h"
#include "app/eval_table.h"
#include "app/eval_tasks.h"
#include "app/run_plans.h"
#include "app/submission.h"
#include "vrlt/app/printed_config.h"
#include "vrlt/app/ranks.h"
#include "vrlt/check/purposes.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/selection_run/stored_answers.h"
#include "vrlt/settings/suite_config.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

std::vector<std::vector<evaluation::Answer>> stored_answers(const std::vector<EvalTask>& tasks,
                                                            const fs::path& run_folder) {
  if (!io::exists(run_folder / "config.yaml"))
    throw MissingInputError(concat(run_folder.string(), " holds no run to score again"));
  std::vector<std::vector<evaluation::Answer>> answers;
  for (const auto& task : tasks)
    answers.push_back(selection_run::read_answers(run_folder / task.name / "samples.jsonl"));
  return answers;
}

/// Scores, writes and prints one task. @return results.json
io::Json finish_task(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                     const settings::EvalConfig& config) {
  auto results = evaluation::summarize(task.samples, answers, task.scoring);
  results["prompt"] = config.data.prompt;
  if (const auto published = published_samples(task, config); published > 0)
    results["n_published"] = published;
  if (config.predict_only) results["predict_only"] = true;
  const auto reason = not_comparable(task, config);
  if (!reason.empty()) results["not_comparable"] = reason;
  const auto folder = config.run_folder() / task.name;
  require_run_folder(config.run_folder());
  io::create_folders(folder);
  io::write_file_atomic(folder / "results.json", results.dump(2) + "\n");
  if (!task.pooled) write_submission(task, answers, config);
  results["hidden"] = !reason.empty() && !config.predict_only && !config.allow_partial &&
                      config.ids.empty() && config.data.max_samples == 0;
  print_results(task, answers, results, results["hidden"]);
  return results;
}

RunRecipe recipe_of(const settings::EvalConfig& config) {
  return {yaml_of(config), opening::input_paths(config.model, config.data),
          opening::keys_that_may_change({"compat", "allow_partial", "allow_errors", "predict_only",
                                         "substring_groups", "official_judge_bug"}),
          [](const fs::path& file) { return yaml_of(settings::load_eval_config(file, {})); }};
}

void eval_on_rank(const settings::EvalConfig& config, const CommandLine& command,
                  distributed::ProcessGroup& group) {
  const auto all = read_eval_samples(config);
  const auto& samples = all.samples;
  check_same_records(group, config.data.records);
  const auto tasks = split_by_benchmark(all, config);
  check::tell(check::match(pointers_to(samples), check::purpose_of(config)), samples.size(),
              /*warn=*/group.is_first() && !config.rescore);
  std::vector<std::vector<evaluation::Answer>> answers;
  std::optional<OpenedRun> run;
  if (config.rescore) {
    answers = stored_answers(tasks, config.run_folder());
    check_inputs(config.run_folder(), {config.data.records.begin(), config.data.records.end()});
  } else {
    opening::require_media_root(config.data);
    if (group.is_first()) run = open_run_folder(config.run_folder(), recipe_of(config), command);
    answers = answer_tasks(tasks, config, group);
  }
  if (!group.is_first()) return;
  int64_t unanswered = 0;
  bool hidden = false;
  for (size_t t = 0; t < tasks.size(); ++t) {
    const auto results = finish_task(tasks[t], answers[t], config);
    unanswered += (config.allow_errors ? 0 : results["n_error"].get<int64_t>()) +
                  results["n_missing"].get<int64_t>();
    hidden = hidden || results["hidden"].get<bool>();
  }
  std::vector<evaluation::Answer> all_answers;
  for (const auto& of_task : answers)
    all_answers.insert(all_answers.end(), of_task.begin(), of_task.end());
  for (const auto& pool : pooled_tasks(tasks, config)) finish_task(pool, all_answers, config);
  if (unanswered > 0)
    throw IncompleteError(concat(config.run_folder().string(), ": ", unanswered, " of ",
                                 samples.size(),
                                 " samples have no answer (n_error, n_missing in results.json); ",
                                 "the same command asks them again"));
  if (hidden)
    throw IncompleteError(
        concat(config.run_folder().string(), ": the records are not the whole benchmark"));
}

int run_all(const std::vector<settings::EvalConfig>& configs, const CommandLine& command) {
  std::string settings;
  for (const auto& config : configs) settings += yaml_of(config);
  return run_on_ranks(
      configs.front().model.device, settings, [&](distributed::ProcessGroup& group) {
        std::string incomplete;
        for (const auto& config : configs) try {
            eval_on_rank(config, command, group);
          } catch (const IncompleteError& error) {
            incomplete += (incomplete.empty() ? "" : "\n") + std::string(error.what());
          }
        if (!incomplete.empty()) throw IncompleteError(incomplete);
        return 0;
      });
}

int run_configs(const std::vector<settings::EvalConfig>& configs, const CommandLine& command) {
  if (command.print_config) {
    for (const auto& config : configs) print_config(command, config);
    return 0;
  }
  if (command.dry_run) {
    for (const auto& config : configs) {
      opening::require_media_root(config.data);
      dry_run(plan_of(config), read_eval_samples(config).samples, command.ranks);
    }
    return 0;
  }
  return run_all(configs, command);
}

}  // namespace

int run_eval(const CommandLine& command) {
  if (!command.config.empty() && settings::is_suite(command.config)) return run_suite(command);
  return told_to_ranks([&] {
    return run_configs({settings::load_eval_config(command.config, command.overrides)}, command);
  });
}

int run_suite(const CommandLine& command) {
  return told_to_ranks([&] {
    return run_configs(settings::load_suite(command.config, command.overrides), command);
  });
}

int run_compare(const fs::path& before, const fs::path& after) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  for (const auto& run : {before, after}) {
    if (!fs::exists(run / "config.yaml"))
      throw MissingInputError(
          concat(run.string(), ": holds no run, expected the folder of one of vrlt-eval"));
    if (const std::string program = program_of(run / "config.yaml"); program != "vrlt-eval")
      throw ConfigError(concat(run.string(), ": a run of ", program, ", not of vrlt-eval"));
  }
  // The records are those of the later run: its config names them.
  const auto config = settings::load_eval_config(after / "config.yaml", {});
  const auto samples = read_eval_samples(config);
  io::Json all = {
      {"before", before.string()}, {"settings", io::Json::array()}, {"tasks", io::Json::object()}};
  for (const auto& difference :
       config::differences(io::read_file(before / "config.yaml", kMaxConfigBytes),
                           io::read_file(after / "config.yaml", kMaxConfigBytes)))
    if (difference.key != "name" && difference.key != "output")
      all["settings"].push_back({{"key", difference.key},
                                 {"before", difference.before.value_or("not set")},
                                 {"after", difference.after.value_or("not set")}});
  for (const auto& task : split_by_benchmark(samples, config))
    all["tasks"][task.name] = evaluation::compare(
        task.samples, selection_run::read_answers(before / task.name / "samples.jsonl"),
        selection_run::read_answers(after / task.name / "samples.jsonl"), task.scoring);
  print_comparison(all);
  io::write_file_atomic(after / "comparison.json", all.dump(2) + "\n");
  return 0;
}

}  // namespace vrlt::app
