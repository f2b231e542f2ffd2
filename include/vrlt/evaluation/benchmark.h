#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/evaluation/answer.h"

namespace vrlt::evaluation {

/// Writes the files of answers that the benchmark's own programs read into an existing folder.
using WriteSubmission = void (*)(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                                 const std::filesystem::path& folder);

/// A benchmark, or one of the tasks of a benchmark. Source: spec benchmarks.md 1 and 5.
struct BenchmarkEntry {
  const char* name;   ///< Also the folder of its results.
  const char* bench;  ///< As in the records.
  data::Task task;
  const char* help;
  int64_t num_samples;     ///< As published; 0: not known for sure.
  const char* headline;    ///< The metric that papers print.
  const char* macro_over;  ///< Group key over which papers take a mean of means; "" if they do not. "video": over videos.
  /// Compat profiles, separated by blanks; the first is the default. Of prompts that ask for an answer at once, and of those that ask the
  /// model to think.
  const char* profiles;
  const char* think_profiles;
  WriteSubmission submit;  ///< Or null.
};

std::span<const BenchmarkEntry> benchmark_table();

/// The row of a sample's benchmark and task; null for records of another benchmark.
const BenchmarkEntry* find_benchmark(const data::Sample& sample);

/// The compat profiles of a run: those of the benchmark, before them the one of the project that the prompt is from, if it asks for
/// answers in a form of its own.
std::vector<std::string> profile_names(const BenchmarkEntry& benchmark, bool think, const std::string& prompt);

}  // namespace vrlt::evaluation
