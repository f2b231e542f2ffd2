#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/evaluation/answer.h"

namespace vrlt::evaluation {

/// A benchmark, or one of the tasks of a benchmark. Source: docs/spec/benchmarks.md#what-there-is.
struct BenchmarkEntry {
  const char* name;   ///< Also the folder of its results.
  const char* bench;  ///< As in the records.
  data::Task task;
  const char* help;
  int64_t num_samples;   ///< As published; 0: not known for sure.
  const char* headline;  ///< The metric that papers print.
  /// Group key over which papers take a mean of means; "" if they do not. "video": over videos.
  const char* macro_over;
  /// Compat profiles, separated by blanks; the first is the default. Of prompts that ask for an
  /// answer at once, and of those that ask the model to think.
  const char* profiles;
  const char* think_profiles;
  /// Row of data::exporter_table() that writes what the benchmark's own programs read, and the file
  /// or folder it writes; or null.
  const char* exporter;
  const char* submission;
  bool with_subtitles = false;  ///< Asked by a prompt that shows subtitles.
};

std::span<const BenchmarkEntry> benchmark_table();

/// The row of a sample's benchmark and task; null for records of another benchmark.
/// @param with_subtitles  whether the prompt shows them; where a benchmark has no row of its own
/// for that, it makes no difference.
const BenchmarkEntry* find_benchmark(const data::Sample& sample, bool with_subtitles = false);

/// The compat profiles of a run: those of the benchmark, before them the one of the project that
/// the prompt is from, if it asks for answers in a form of its own.
std::vector<std::string> profile_names(const BenchmarkEntry& benchmark, bool think,
                                       const std::string& prompt);

}  // namespace vrlt::evaluation
