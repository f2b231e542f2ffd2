#include "vrlt/algorithm/advantage.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

double centred(const GroupView& v, size_t k) { return v.rewards[k] - v.group.mean; }

double over_group_std(const GroupView& v, size_t k) {
  return centred(v, k) * (1.0 / (v.group.std + v.epsilon));
}

double over_batch_std(const GroupView& v, size_t k) {
  return centred(v, k) * (1.0 / (v.batch.std + v.epsilon));
}

double leave_one_out(const GroupView& v, size_t k) {
  return centred(v, k) *
         (static_cast<double>(v.group.count) / static_cast<double>(v.group.count - 1));
}

double length_weighted_baseline(const GroupView& v, size_t k) {
  double tokens = 0.0, sum = 0.0;
  for (size_t j = 0; j < v.rewards.size(); ++j) {
    if (std::isnan(v.rewards[j])) continue;
    tokens += static_cast<double>(v.lengths[j]);
    sum += static_cast<double>(v.lengths[j]) * v.rewards[j];
  }
  return v.rewards[k] - (tokens > 0 ? sum / tokens : v.group.mean);
}

double best_alone(const GroupView& v, size_t k) {
  if (v.rewards[k] != v.group.high) return 0.0;
  double second = v.group.low;
  for (size_t j = 0; j < v.rewards.size(); ++j)
    if (j != k && v.rewards[j] > second) second = v.rewards[j];
  return (v.group.high - second) / (v.group.std + v.epsilon);
}

double whitened_over_tokens(const GroupView& v, size_t k) {
  return (centred(v, k) - v.centred_tokens.mean) / (v.centred_tokens.std + v.epsilon);
}

double over_nonzero_share(const GroupView& v, size_t k) {
  return centred(v, k) * static_cast<double>(v.batch.count) /
         static_cast<double>(std::max<int64_t>(1, v.batch_nonzero));
}

constexpr AdvantageEntry kEstimators[] = {
    {"group_std", "(R - group mean) / (group std + epsilon): GRPO", over_group_std, false, true},
    {"batch_std", "(R - group mean) / (batch std + epsilon)", over_batch_std, false, true},
    {"none", "R - group mean: Dr. GRPO", centred, false, false},
    {"rloo", "R - mean of the other responses", leave_one_out, false, false},
    {"opo", "R - group mean weighted by length", length_weighted_baseline, true, false},
    {"grpo_passk", "the best response alone: its lead over the second / (group std + epsilon)",
     best_alone, false, true},
    {"rf++_baseline", "R - group mean, whitened over the tokens of the batch: REINFORCE++",
     whitened_over_tokens, true, true},
    {"gpg", "(R - group mean) times responses / responses with R other than 0", over_nonzero_share,
     false, false},
};

std::span<const double> group_of(const std::vector<double>& all, size_t begin, int64_t group_size) {
  return std::span(all).subspan(begin, static_cast<size_t>(group_size));
}

/// R - group mean of every token of the batch.
Moments centred_token_moments(const std::vector<double>& rewards, int64_t group_size,
                              const std::vector<int64_t>& lengths) {
  std::vector<double> values;
  for (size_t begin = 0; begin < rewards.size(); begin += static_cast<size_t>(group_size)) {
    const auto group = moments(group_of(rewards, begin, group_size));
    for (size_t i = begin; i < begin + static_cast<size_t>(group_size); ++i)
      values.insert(values.end(), static_cast<size_t>(lengths[i]), rewards[i] - group.mean);
  }
  return moments(values);
}

}  // namespace

Moments moments(std::span<const double> values) {
  Moments m;
  double sum = 0.0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    m.low = m.count == 0 ? value : std::min(m.low, value);
    m.high = m.count == 0 ? value : std::max(m.high, value);
    sum += value;
    ++m.count;
  }
  if (m.count == 0) return m;
  m.mean = sum / static_cast<double>(m.count);
  double squares = 0.0;
  for (const double value : values)
    if (!std::isnan(value)) squares += (value - m.mean) * (value - m.mean);
  if (m.count > 1) m.std = std::sqrt(squares / static_cast<double>(m.count - 1));
  return m;
}

bool is_constant(const Moments& m) {
  return m.high - m.low <= 1e-9 * std::max({1.0, std::abs(m.low), std::abs(m.high)});
}

std::span<const AdvantageEntry> advantage_table() { return kEstimators; }

std::vector<double> group_advantages(const std::vector<double>& rewards, int64_t group_size,
                                     const AdvantageConfig& config,
                                     const std::vector<int64_t>& lengths) {
  VRLT_CHECK(group_size >= 2, "a group of ", group_size, " has nothing to compare");
  VRLT_CHECK(static_cast<int64_t>(rewards.size()) % group_size == 0, rewards.size(),
             " rewards are not whole groups of ", group_size);
  const auto& estimator = find_row(kEstimators, config.estimator, "advantage");
  VRLT_CHECK(lengths.size() == rewards.size() || (lengths.empty() && !estimator.needs_lengths),
             rewards.size(), " rewards, ", lengths.size(), " lengths");
  GroupView view{.batch = moments(rewards), .epsilon = config.epsilon};
  view.batch_nonzero = std::count_if(rewards.begin(), rewards.end(),
                                     [](double r) { return !std::isnan(r) && r != 0.0; });
  if (estimator.needs_lengths)
    view.centred_tokens = centred_token_moments(rewards, group_size, lengths);
  std::vector<double> advantages(rewards.size(), 0.0);
  for (size_t begin = 0; begin < rewards.size(); begin += static_cast<size_t>(group_size)) {
    view.rewards = group_of(rewards, begin, group_size);
    view.group = moments(view.rewards);
    if (!lengths.empty())
      view.lengths = std::span(lengths).subspan(begin, static_cast<size_t>(group_size));
    if (view.group.count < 2 || is_constant(view.group)) continue;
    for (size_t k = 0; k < view.rewards.size(); ++k)
      if (!std::isnan(view.rewards[k])) advantages[begin + k] = estimator.advantage(view, k);
  }
  return advantages;
}

}  // namespace vrlt::algorithm
