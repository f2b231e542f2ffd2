#include <algorithm>
#include <cmath>
#include <set>

#include "evaluation/metric_table.h"
#include "evaluation/sample_scores.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/results.h"
#include "vrlt/evaluation/strict_score.h"

namespace vrlt::evaluation {
namespace {

void check_same_ids(const std::map<std::string, const Answer*>& before,
                    const std::map<std::string, const Answer*>& after) {
  const auto lacking = [](const auto& some, const auto& others) {
    return std::find_if(some.begin(), some.end(),
                        [&](const auto& entry) { return !others.contains(entry.first); });
  };
  if (const auto only = lacking(before, after); only != before.end())
    throw DataError(concat(
        "the runs cannot be compared, they are of different samples: only the first one has ",
        only->first));
  if (const auto only = lacking(after, before); only != after.end())
    throw DataError(concat(
        "the runs cannot be compared, they are of different samples: only the second one has ",
        only->first));
}

/// Strict metrics, then those of each profile under "profile/metric".
Metrics all_metrics(const data::Sample& sample, const Answer& answer, const Scoring& scoring) {
  std::vector<SampleScore> strict;
  for (const auto& response : answer.responses)
    strict.push_back(
        find_strict(sample.task).score(sample, scored_text(sample, response, scoring)));
  auto metrics = mean_of(strict);
  for (const auto* profile : scoring.profiles) {
    std::vector<SampleScore> scores;
    for (const auto& response : answer.responses)
      scores.push_back(
          profile->score(sample, scored_text(sample, response, scoring), scoring.seed));
    for (const auto& [name, value] : mean_of(scores))
      metrics.emplace_back(concat(profile->name, "/", name), value);
  }
  return metrics;
}

/// t and p of a mean difference whose clusters are the independent observations.
io::Json with_test(const MetricTable::Column& column, const std::vector<std::string>& clusters) {
  std::set<std::string> distinct;
  for (const size_t sample : column.samples) distinct.insert(clusters[sample]);
  auto json = to_json(column.estimate);
  const double se = column.estimate.standard_error;
  if (se == 0.0 || distinct.size() < 2) return json;
  const double t = column.estimate.mean / se;
  json["t"] = t;
  json["p"] = student_p(t, static_cast<double>(distinct.size() - 1));
  return json;
}

}  // namespace

io::Json compare(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& before,
                 const std::vector<Answer>& after, const Scoring& scoring) {
  const auto first = by_id(before), second = by_id(after);
  check_same_ids(first, second);
  MetricTable old_values, new_values, differences;
  std::vector<std::string> clusters;
  int64_t unpaired = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto& sample = *samples[i];
    clusters.push_back(sample.cluster);
    const auto a = first.find(sample.id), b = second.find(sample.id);
    if (a == first.end()) continue;
    if (!a->second->error.empty() || !b->second->error.empty()) {
      ++unpaired;
      continue;
    }
    const auto old_metrics = all_metrics(sample, *a->second, scoring),
               new_metrics = all_metrics(sample, *b->second, scoring);
    for (const auto& [name, value] : old_metrics) {
      const auto other =
          std::find_if(new_metrics.begin(), new_metrics.end(),
                       [&, &wanted = name](const auto& m) { return m.first == wanted; });
      if (other == new_metrics.end()) continue;
      old_values.add(name, value, i, {});
      new_values.add(name, other->second, i, {});
      differences.add(name, other->second - value, i, {});
    }
  }
  estimate_all({&old_values, &new_values}, clusters);
  estimate_all({&differences}, clusters, Values::kDifferences);
  io::Json result = {{"n_unpaired", unpaired}, {"metrics", io::Json::object()}};
  for (const auto& column : differences.columns())
    result["metrics"][column.name] = {{"before", to_json(old_values.find(column.name)->estimate)},
                                      {"after", to_json(new_values.find(column.name)->estimate)},
                                      {"difference", with_test(column, clusters)}};
  return result;
}

}  // namespace vrlt::evaluation
