#include "vrlt/selection/sample_filter.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "vrlt/core/random.h"

namespace vrlt::selection {
namespace {

std::string discrete_reason(const SampleStatistics& s, const FilterConfig& config) {
  const auto wrong = static_cast<int64_t>(s.rewards.size()) - s.num_correct;
  if (s.num_correct < config.min_correct) return "all_wrong";
  if (wrong < config.min_wrong) return "all_right";
  return "selected";
}

std::string continuous_reason(const SampleStatistics& s, const FilterConfig& config) {
  if (s.std < config.min_std) return "low_std";
  if (s.gap < config.min_gap) return "low_gap";
  if (s.mean < config.min_mean) return "mean_too_low";
  if (s.mean > config.max_mean) return "mean_too_high";
  return "selected";
}

std::map<std::string, double> mean_variance_by_task(const std::vector<SampleStatistics>& statistics) {
  std::map<std::string, std::pair<double, double>> sums;
  for (const auto& s : statistics) {
    sums[s.task].first += s.variance;
    sums[s.task].second += 1.0;
  }
  std::map<std::string, double> means;
  for (const auto& [task, sum] : sums) means[task] = sum.first / sum.second;
  return means;
}

double score_of(const SampleStatistics& s, double task_variance) {
  if (!s.continuous) return s.posterior_variance;
  constexpr double kPrior = 4.0;  // weight of the task's mean variance, in draws
  const double draws = static_cast<double>(s.rewards.size()) - 1.0, weight = draws / (draws + kPrior);
  return std::sqrt(weight * s.variance + (1.0 - weight) * task_variance);
}

/// Keeps the best `count` of the given decisions, and gives the others `reason`.
void keep_best(std::vector<Decision*>& decisions, size_t count, const char* reason, const std::function<double(const Decision&)>& key) {
  std::sort(decisions.begin(), decisions.end(), [&](const Decision* a, const Decision* b) {
    const double ka = key(*a), kb = key(*b);
    return ka != kb ? ka > kb : stable_hash(a->id) < stable_hash(b->id);
  });
  for (size_t i = count; i < decisions.size(); ++i) {
    decisions[i]->selected = false;
    decisions[i]->reason = reason;
  }
}

}  // namespace

std::vector<Decision> select_samples(const std::vector<SampleStatistics>& statistics, const FilterConfig& config, uint64_t seed) {
  const auto task_variance = mean_variance_by_task(statistics);
  std::vector<Decision> decisions;
  std::map<std::string, std::vector<Decision*>> selected_by_task, all_by_task;
  decisions.reserve(statistics.size());
  for (const auto& s : statistics) {
    Decision decision{.id = s.id, .score = score_of(s, task_variance.at(s.task))};
    decision.reason = s.continuous ? continuous_reason(s, config) : discrete_reason(s, config);
    decision.selected = decision.reason == "selected";
    decisions.push_back(decision);
    all_by_task[s.task].push_back(&decisions.back());
    if (decision.selected) selected_by_task[s.task].push_back(&decisions.back());
  }
  for (auto& [task, selected] : selected_by_task)
    if (config.top_k_per_task > 0)
      keep_best(selected, static_cast<size_t>(config.top_k_per_task), "below_top_k", [](const Decision& d) { return d.score; });
  if (config.rule != "random") return decisions;

  // The control arm: as many of each task as the rules would keep, but any.
  for (auto& [task, all] : all_by_task) {
    const auto count = static_cast<size_t>(std::count_if(all.begin(), all.end(), [](const Decision* d) { return d->selected; }));
    for (auto* decision : all) {
      decision->selected = true;
      decision->reason = "selected";
    }
    keep_best(all, count, "not_drawn", [&](const Decision& d) { return random_uniform(seed, stable_hash(d.id), 0, 0); });
  }
  return decisions;
}

}  // namespace vrlt::selection
