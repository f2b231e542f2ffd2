#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::evaluation {

/// What a task's metrics say about one response. All values are in [0, 1]; an unreadable answer scores 0 and says why.
struct SampleScore {
  std::vector<std::pair<std::string, double>> metrics;  ///< In the order of the report; empty if the sample's label is hidden.
  std::string reason = "ok";                            ///< ok, or the parser's failure.
  io::Json parsed;                                      ///< What was read from the answer.
};

/// One row of the table of tasks that can be evaluated.
struct BenchmarkEntry {
  data::Task task;
  const char* name;
  const char* help;
  SampleScore (*score)(const data::Sample& sample, const std::string& response);
};

std::vector<BenchmarkEntry> benchmark_table();

/// @throws DataError if the task has no metrics yet, listing those that have.
const BenchmarkEntry& find_benchmark(data::Task task);

}  // namespace vrlt::evaluation
