#include "vrlt/evaluation_run/compare_runs.h"

#include "evaluation_run/eval_table.h"
#include "vrlt/check/run_plans.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation_run/eval_tasks.h"
#include "vrlt/io/files.h"
#include "vrlt/selection_run/stored_answers.h"

namespace vrlt::evaluation_run {
namespace fs = std::filesystem;

void compare_runs(const fs::path& before, const fs::path& after) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  for (const auto& run : {before, after}) {
    if (!fs::exists(run / "config.yaml"))
      throw MissingInputError(
          concat(run.string(), ": holds no run, expected the folder of one of vrlt-eval"));
    if (const std::string program = check::program_of(run / "config.yaml"); program != "vrlt-eval")
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
}

}  // namespace vrlt::evaluation_run
