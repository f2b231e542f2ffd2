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

/// Every task has a row; captions, which only a judge could score, one without metrics.
const StrictEntry& find_strict(data::Task task);

}  // namespace vrlt::evaluation
