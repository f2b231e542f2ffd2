#pragma once

#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/evaluation/sample_score.h"
#include "vrlt/reading/reading.h"

namespace vrlt::evaluation {

/// The strict score of a kind of task: one reading for every benchmark and for the rewards
/// (vrlt/reading), which never guesses and never drops a sample.
struct StrictEntry {
  data::Task task;
  const char* name;
  const char* help;
  /// The metric that a sample of the task is judged by where there is room for one number, or
  /// several, separated by blanks: then the first that the sample's labels allow.
  const char* headline;
  SampleScore (*score_response)(const data::Sample& sample, const reading::Response& response);

  /// @param thinking_open  the prompt had begun the thinking.
  SampleScore score(const data::Sample& sample, const std::string& response,
                    bool thinking_open = false) const {
    return score_response(sample, {.text = response, .thinking_open = thinking_open});
  }
};

std::vector<StrictEntry> strict_table();

/// Every task has a row; captions, which only a judge could score, one without metrics.
const StrictEntry& find_strict(data::Task task);

}  // namespace vrlt::evaluation
