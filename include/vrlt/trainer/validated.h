#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/io/json.h"
#include "vrlt/metrics/metric.h"

namespace vrlt::trainer {

/// What a validation of the policy found; the same on every rank.
struct Validated {
  metrics::MetricSet metrics;         ///< By task, as "tvg/mIoU", and of all answers.
  std::vector<double> scores;         ///< Of each sample, by the one number of its task: [0, 1].
  std::vector<std::string> clusters;  ///< Of each sample: samples of one video are not independent.
  std::vector<io::Json> answers;      ///< Of the first samples, to be read by eye.
  /// The scores where the model saw no picture, and where it saw the frames in random order, if
  /// these were asked for.
  std::optional<std::vector<double>> blind, shuffled;
};

/// Validates the policy as it is now, all ranks together. When a stop is asked for meanwhile it
/// returns soon, and what it returns is of no use.
using Validate = std::function<Validated()>;

}  // namespace vrlt::trainer
