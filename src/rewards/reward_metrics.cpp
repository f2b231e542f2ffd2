#include "vrlt/rewards/reward_metrics.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::rewards {
namespace {

void record_components(const std::vector<RewardTerm>& terms, const ScoredResponse& response,
                       metrics::MetricSet& metrics) {
  VRLT_CHECK(response.components.size() == terms.size(), response.components.size(), " rewards of ",
             terms.size(), " terms");
  for (size_t k = 0; k < terms.size(); ++k) {
    const auto& component = response.components[k];
    if (!component.applicable) continue;
    const auto name = "reward/" + terms[k].name;
    metrics.mean(name, component.value);
    metrics.spread(name + "_std", component.value);
    for (const auto& [number, value] : component.extra) metrics.mean(name + "/" + number, value);
  }
}

void record_parsing(const std::string& task, const ScoredResponse& response,
                    metrics::MetricSet& metrics) {
  const auto failed = std::find_if(
      response.components.begin(), response.components.end(), [](const RewardOutput& component) {
        return component.applicable && is_parse_failure(component.reason);
      });
  const bool any = failed != response.components.end();
  metrics.mean("parse/failure_rate/" + task, any);
  if (any) metrics.sum("parse/" + task + "/" + failed->reason.word, 1.0);
}

void record_group(const std::vector<double>& totals, metrics::MetricSet& metrics) {
  if (totals.size() < 2) return;
  double mean = 0, squares = 0;
  for (const double total : totals) mean += total / static_cast<double>(totals.size());
  for (const double total : totals) squares += (total - mean) * (total - mean);
  metrics.mean("reward/group_std", std::sqrt(squares / static_cast<double>(totals.size() - 1)));
  const auto [low, high] = std::minmax_element(totals.begin(), totals.end());
  const double scale = std::max({1.0, std::abs(*low), std::abs(*high)});
  metrics.mean("group/no_signal_fraction", *high - *low <= 1e-9 * scale);
}

}  // namespace

void record_reward_metrics(const data::Sample& sample, const std::vector<RewardTerm>& terms,
                           const std::vector<ScoredResponse>& scores, metrics::MetricSet& metrics) {
  std::vector<double> totals;
  for (const auto& response : scores) {
    metrics.mean("group/unscorable_fraction", !response.scorable);
    if (!response.scorable) continue;
    metrics.mean("reward/total", response.total);
    metrics.spread("reward/total_std", response.total);
    totals.push_back(response.total);
    record_components(terms, response, metrics);
    record_parsing(data::to_string(sample.task), response, metrics);
  }
  record_group(totals, metrics);
}

}  // namespace vrlt::rewards
