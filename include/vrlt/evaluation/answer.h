#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::evaluation {

/// What a model wrote.
struct Response {
  std::string text;  ///< As generated.
  bool truncated = false;
  int64_t num_tokens = 0;
};

/// What the model said about one sample: a response, or several that are averaged. `error` is empty
/// unless it could not be asked.
struct Answer {
  std::string id;
  std::vector<Response> responses;
  std::string error;
};

/// The right answer, as a reader of answers wants to see it: "option" (its letter), "text", "spans"
/// (seconds from the start of the clip), as far as they are known.
io::Json truth_json(const data::Sample& sample);

/// What was asked, so that a line of answers explains itself: task, question, options, truth,
/// video.
io::Json asked_json(const data::Sample& sample);

/// Reads a line of samples.jsonl. @throws DataError.
Answer parse_answer(const io::Json& line, const std::string& origin);

}  // namespace vrlt::evaluation
