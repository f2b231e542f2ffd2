#pragma once

#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/evaluation/sample_score.h"

namespace vrlt::evaluation {

/// The strict score of a kind of task: one grammar for every benchmark, which never guesses and never drops a sample.
struct StrictEntry {
  data::Task task;
  const char* name;
  const char* help;
  SampleScore (*score)(const data::Sample& sample, const std::string& response);
};

std::vector<StrictEntry> strict_table();

/// @throws DataError if the task has no metrics, listing those that have.
const StrictEntry& find_strict(data::Task task);

}  // namespace vrlt::evaluation
