#include "vrlt/evaluation_run/evaluate.h"

#include <optional>

#include "evaluation_run/answering.h"
#include "evaluation_run/eval_table.h"
#include "evaluation_run/submission.h"
#include "vrlt/check/dry_run.h"
#include "vrlt/check/purposes.h"
#include "vrlt/command_line/printed_config.h"
#include "vrlt/core/error.h"
#include "vrlt/distributed/run_on_ranks.h"
#include "vrlt/distributed/same_files.h"
#include "vrlt/evaluation_run/eval_tasks.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/run_folder/run_folder.h"
#include "vrlt/selection_run/stored_answers.h"

namespace vrlt::evaluation_run {
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

struct Finished {
  evaluation::TaskResults results;
  bool hides_scores = false;  ///< The records are not the benchmark.
};

/// Scores, writes and prints one task.
Finished finish_task(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                     const settings::EvalConfig& config) {
  auto results = evaluation::summarize(task.samples, answers, task.scoring);
  results["prompt"] = config.data.prompt;
  if (const auto published = published_samples(task, config); published > 0)
    results["n_published"] = published;
  if (config.predict_only) results["predict_only"] = true;
  const auto reason = not_comparable(task, config);
  if (!reason.empty()) results["not_comparable"] = reason;
  const auto folder = config.run_folder() / task.name;
  run_folder::require_run_folder(config.run_folder());
  io::create_folders(folder);
  io::write_file_atomic(folder / "results.json", results.dump(2) + "\n");
  if (!task.pooled) write_submission(task, answers, config);
  const Finished finished = {
      .results = evaluation::parse_results(results, (folder / "results.json").string()),
      .hides_scores = !reason.empty() && !config.predict_only && !config.allow_partial &&
                      config.ids.empty() && config.data.max_samples == 0};
  print_results(task, answers, finished.results, finished.hides_scores);
  return finished;
}

run_folder::RunRecipe recipe_of(const settings::EvalConfig& config) {
  return {command_line::yaml_of(config), opening::input_paths(config.model, config.data),
          opening::keys_that_may_change({"generation.cache_gigabytes", "compat", "allow_partial",
                                         "allow_errors", "predict_only", "substring_groups",
                                         "official_judge_bug"}),
          [](const fs::path& file) {
            return command_line::yaml_of(settings::load_eval_config(file, {}));
          }};
}

}  // namespace

void evaluate(const settings::EvalConfig& config, const command_line::CommandLine& command,
              distributed::ProcessGroup& group) {
  const auto all = read_eval_samples(config);
  const auto& samples = all.samples;
  distributed::check_same_records(group, config.data.records);
  const auto tasks = split_by_benchmark(all, config);
  check::tell(check::match(check::pointers_to(samples), check::purpose_of(config)), samples.size(),
              /*warn=*/group.is_first() && !config.rescore);
  std::vector<std::vector<evaluation::Answer>> answers;
  std::optional<run_folder::OpenedRun> run;
  if (config.rescore) {
    answers = stored_answers(tasks, config.run_folder());
    run_folder::check_inputs(config.run_folder(),
                             {config.data.records.begin(), config.data.records.end()});
  } else {
    opening::require_media_root(config.data);
    if (group.is_first())
      run = run_folder::open_run_folder(config.run_folder(), recipe_of(config), command);
    answers = answer_tasks(tasks, config, group);
  }
  if (!group.is_first()) return;
  int64_t unanswered = 0;
  bool hidden = false;
  for (size_t t = 0; t < tasks.size(); ++t) {
    const auto finished = finish_task(tasks[t], answers[t], config);
    unanswered += (config.allow_errors ? 0 : finished.results.errors) + finished.results.missing;
    hidden = hidden || finished.hides_scores;
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

}  // namespace vrlt::evaluation_run
