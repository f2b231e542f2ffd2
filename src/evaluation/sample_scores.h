#pragma once

#include <map>
#include <string>
#include <vector>

#include "vrlt/evaluation/answer.h"
#include "vrlt/evaluation/sample_score.h"

namespace vrlt::evaluation {

/// Metrics in the order of first mention.
using Metrics = std::vector<std::pair<std::string, double>>;

/// The mean of each metric over the scores that have it.
Metrics mean_of(const std::vector<SampleScore>& scores);

std::map<std::string, const Answer*> by_id(const std::vector<Answer>& answers);

}  // namespace vrlt::evaluation
