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

/// Reads a line of samples.jsonl. @throws DataError.
Answer parse_answer(const io::Json& line, const std::string& origin);

}  // namespace vrlt::evaluation
