#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vrlt/io/json.h"
#include "vrlt/rewards/reason.h"

namespace vrlt::evaluation {

/// What a way of scoring says about one response. All values are in [0, 1]; an unreadable answer
/// scores 0 and says why.
struct SampleScore {
  /// In the order of the report. A metric that is not there leaves the sample out of its mean: a
  /// hidden label, or an official script that drops such responses.
  std::vector<std::pair<std::string, double>> metrics;
  rewards::Reason reason = {};  ///< ok, or what failed: one of docs/spec/benchmarks.md#failures.
  io::Json parsed;              ///< What was read from the answer.
};

}  // namespace vrlt::evaluation
