#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/results.h"
#include "vrlt/trainer/run_config.h"

namespace vrlt::app {

/// What `vrlt-eval` reads.
struct EvalConfig {
  std::string name;
  std::string output = "runs";
  uint64_t seed = 0;
  int64_t batch = 16;
  bool rescore = false;
  bool allow_partial = false;
  bool allow_errors = false;
  bool predict_only = false;
  bool substring_groups = false;
  bool official_judge_bug = false;
  int64_t subtitle_frames = 32;
  std::vector<std::string> ids;
  std::vector<std::string> compat;
  trainer::ModelSection model;
  trainer::DataSection data;
  video::VideoOptions video;
  video::ImageOptions image;
  trainer::RolloutSection generation{.group_size = 1, .max_new_tokens = 1024, .sampling = {.temperature = 0.0}};

  std::filesystem::path run_folder() const { return std::filesystem::path(output) / name; }
};

void visit_fields(config::FieldVisitor& visitor, EvalConfig& config);

/// @throws as config::load.
EvalConfig load_eval_config(const std::filesystem::path& file, const std::vector<std::string>& overrides);

/// The samples of one benchmark, or of one kind of task where the benchmark is not known, and how they are scored.
struct EvalTask {
  std::string name;  ///< Of its folder.
  std::vector<const data::Sample*> samples;
  evaluation::Scoring scoring;
  bool pooled = false;  ///< The questions of several tasks, which have their own results.
};

/// The samples that a config asks for. @throws as read_samples; ConfigError for an id that is not there.
std::vector<data::Sample> read_eval_samples(const EvalConfig& config);

/// The row of a sample's benchmark, by its prompt with or without subtitles; null for records of another benchmark.
/// @throws DataError if the record names a prompt that there is not.
const evaluation::BenchmarkEntry* benchmark_of(const data::Sample& sample, const EvalConfig& config);

/// In the order of their names. @param samples  outlive the tasks.
std::vector<EvalTask> split_by_benchmark(const std::vector<data::Sample>& samples, const EvalConfig& config);

/// The questions of all tasks of a benchmark in one task named like it, where there are several that can be scored and a profile of that
/// name: papers print that number too.
std::vector<EvalTask> pooled_tasks(const std::vector<EvalTask>& tasks, const EvalConfig& config);

/// How many samples the split of a task's benchmark, or the part of it that is the task, has as published; 0: not known.
int64_t published_samples(const EvalTask& task, const EvalConfig& config);

/// Why the scores of a task may not stand beside published ones; empty if they may, or if nothing is published.
std::string not_comparable(const EvalTask& task, const EvalConfig& config);

}  // namespace vrlt::app
