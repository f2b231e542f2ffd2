#include "trainer/log/rollout_metrics.h"

#include <algorithm>

#include "vrlt/algorithm/advantage.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::trainer {
namespace {

std::vector<double> totals_of(const std::vector<ResponseRow>& rows, size_t begin, size_t count) {
  std::vector<double> totals;
  for (size_t i = begin; i < begin + count; ++i) totals.push_back(rows[i].total);
  return totals;
}

void record_lengths(const std::vector<ResponseRow>& rows, metrics::MetricSet& metrics) {
  for (const auto& row : rows) {
    const auto length = static_cast<double>(row.length);
    metrics.sum("response/tokens", length);
    metrics.mean("response/length_mean", length);
    metrics.min("response/length_min", length);
    metrics.max("response/length_max", length);
    metrics.mean("response/truncated_fraction", row.truncated);
    if (!row.truncated) metrics.mean("response/terminated_length_mean", length);
  }
}

bool lacks_signal(const std::vector<ResponseRow>& rows, size_t begin, int64_t group_size) {
  return algorithm::is_constant(
      algorithm::moments(totals_of(rows, begin, static_cast<size_t>(group_size))));
}

}  // namespace

void record_rollout_metrics(const std::vector<ResponseRow>& rows,
                            const ByResponse<double>& advantages, metrics::MetricSet& metrics) {
  if (rows.empty()) return;
  record_lengths(rows, metrics);
  std::vector<double> values;
  for (const auto& row : rows) values.push_back(value_of(advantages, row.key(), "advantage"));
  const auto advantage = algorithm::moments(values);
  metrics.min("advantage/min", advantage.low);
  metrics.max("advantage/max", advantage.high);
  metrics.mean("advantage/std", advantage.std);
}

void record_penalties(const std::vector<ResponseRow>& rows, double kl_reward_coef,
                      metrics::MetricSet& metrics) {
  for (const auto& row : rows) metrics.mean("kl/reward_penalty", kl_reward_coef * row.divergence);
  metrics.mean("kl/reward_coef", kl_reward_coef);
}

std::string signal_warning(int64_t step, const std::vector<ResponseRow>& rows, int64_t group_size,
                           bool dynamic_sampling) {
  constexpr size_t kMaxNames = 5;
  std::vector<std::string> silent;
  for (size_t begin = 0; begin < rows.size(); begin += static_cast<size_t>(group_size))
    if (lacks_signal(rows, begin, group_size)) silent.push_back(rows[begin].sample_id);
  const size_t num_groups = rows.size() / static_cast<size_t>(group_size);
  if (2 * silent.size() <= num_groups) return {};
  std::string names;
  for (size_t i = 0; i < std::min(silent.size(), kMaxNames); ++i)
    names += (i == 0 ? "" : ", ") + silent[i];
  if (silent.size() > kMaxNames) names += concat(" and ", silent.size() - kMaxNames, " more");
  return concat("step ", step + 1, ": the responses to ", silent.size(), " of ", num_groups,
                " prompts have equal rewards and teach nothing (", names,
                "); train on samples that vrlt-select keeps, ",
                dynamic_sampling ? "" : "set algorithm.dynamic_sampling, ",
                "or raise rollout.group_size or rollout.temperature");
}

void SignalWatch::look_at(int64_t step, const std::vector<ResponseRow>& rows, int64_t group_size,
                          bool dynamic_sampling) {
  constexpr int64_t kQuietSteps = 50;
  if (step < quiet_until_) return;
  const auto warning = signal_warning(step, rows, group_size, dynamic_sampling);
  if (warning.empty()) return;
  log::warning(warning);
  quiet_until_ = step + kQuietSteps;
}

}  // namespace vrlt::trainer
