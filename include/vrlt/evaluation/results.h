#pragma once

#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::evaluation {

/// A line of samples.jsonl: what the model said about one sample. `error` is empty unless it could not be asked.
struct Answer {
  std::string id;
  std::string text;  ///< As generated.
  bool truncated = false;
  int64_t num_tokens = 0;
  std::string error;
};

io::Json to_json(const Answer& answer, const data::Sample& sample, bool format_ok);
/// @throws DataError.
Answer parse_answer(const io::Json& line, const std::string& origin);

/// results.json of one task: counts, failure rates, and every metric with its interval, over all and per group.
/// A sample without an answer is counted in n_missing or n_error. Each metric tells both its mean over the answered samples ("value") and
/// the mean in which every sample without an answer scores 0 ("unanswered_as_zero"): never a silent zero, never a silent drop.
/// A sample whose label is hidden counts in n_unlabelled and has no metrics.
/// @param think  whether the prompt asks for a thinking block: the metric "format" checks the layout.
io::Json summarize(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers, bool think);

/// Per metric: before, after, difference and its paired interval, over samples that both answered.
io::Json compare(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& before, const std::vector<Answer>& after);

}  // namespace vrlt::evaluation
