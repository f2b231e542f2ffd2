#include "vrlt/evaluation/headline.h"

#include <algorithm>
#include <sstream>

#include "evaluation/bootstrap.h"
#include "evaluation/sample_scores.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/strict_score.h"

namespace vrlt::evaluation {

std::optional<Headline> headline_score(const data::Sample& sample, const Answer& answer,
                                       const Scoring& scoring) {
  const bool answered = answer.error.empty() && !answer.responses.empty();
  std::vector<SampleScore> scores;
  for (const auto& response : answered ? answer.responses : std::vector<Response>{{}})
    scores.push_back(strict_score(sample, response, scoring));
  const auto means = mean_of(scores);
  std::istringstream names(find_strict(sample.task).headline);
  for (std::string name; names >> name;) {
    const auto found = std::find_if(means.begin(), means.end(),
                                    [&](const auto& metric) { return metric.first == name; });
    if (found != means.end()) return Headline{name, answered ? found->second : 0.0};
  }
  return {};
}

PairedGain paired_gain(const std::vector<double>& before, const std::vector<double>& after,
                       const std::vector<std::string>& clusters) {
  VRLT_CHECK(before.size() == after.size() && after.size() == clusters.size() && !after.empty(),
             before.size(), ", ", after.size(), " scores of ", clusters.size(), " samples");
  std::vector<double> differences;
  for (size_t i = 0; i < after.size(); ++i) differences.push_back(after[i] - before[i]);
  const auto estimate = bootstrap_mean(differences, clusters);
  return {estimate.mean, estimate.low, estimate.high};
}

}  // namespace vrlt::evaluation
