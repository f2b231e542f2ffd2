#pragma once

#include <string>
#include <vector>

#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/results.h"
#include "vrlt/settings/eval_config.h"

namespace vrlt::evaluation_run {

/// The samples of one benchmark, or of one kind of task where the benchmark is not known, and how
/// they are scored.
struct EvalTask {
  std::string name;  ///< Of its folder.
  std::vector<const data::Sample*> samples;
  evaluation::Scoring scoring;
  bool pooled = false;   ///< The questions of several tasks, which have their own results.
  bool is_part = false;  ///< Of the records: --ids or --limit left some out.
};

/// The samples that a config asks for.
struct EvalSamples {
  std::vector<data::Sample> samples;
  int64_t num_records = 0;  ///< That there are: more where --ids or --limit leave some out.

  bool is_part() const { return std::ssize(samples) < num_records; }
};

/// An item of `ids` that is the id of a record is that, whatever files there are. @throws as
/// read_samples; ConfigError for an id that is not there.
EvalSamples read_eval_samples(const settings::EvalConfig& config);

/// The row of a sample's benchmark, by its prompt with or without subtitles; null for records of
/// another benchmark.
const evaluation::BenchmarkEntry* benchmark_of(const data::Sample& sample,
                                               const settings::EvalConfig& config);

/// In the order of their names. @param all  outlives the tasks.
std::vector<EvalTask> split_by_benchmark(const EvalSamples& all,
                                         const settings::EvalConfig& config);

/// The questions of all tasks of a benchmark in one task named like it, where there are several
/// that can be scored and a profile of that name: papers print that number too.
std::vector<EvalTask> pooled_tasks(const std::vector<EvalTask>& tasks,
                                   const settings::EvalConfig& config);

/// How many samples the split of a task's benchmark, or the part of it that is the task, has as
/// published; 0: not known.
int64_t published_samples(const EvalTask& task, const settings::EvalConfig& config);

/// Why the scores of a task may not stand beside published ones; empty if they may, or if nothing
/// is published.
std::string not_comparable(const EvalTask& task, const settings::EvalConfig& config);

}  // namespace vrlt::evaluation_run
