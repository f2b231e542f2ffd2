#include "vrlt/algorithm/reward_composition.h"

#include <cmath>
#include <limits>

#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

std::vector<double> sum_then_normalize(const ComponentRewards& rewards, int64_t group_size,
                                       const AdvantageConfig& config) {
  return group_advantages(total_rewards(rewards), group_size, config, rewards.lengths);
}

std::vector<double> normalize_then_sum(const ComponentRewards& rewards, int64_t group_size,
                                       const AdvantageConfig& config) {
  const AdvantageConfig within_group{.estimator = "group_std", .epsilon = config.epsilon};
  const auto totals = total_rewards(rewards);
  std::vector<double> sums(totals.size(), 0.0);
  for (const auto& term : rewards.terms) {
    const auto normalized = group_advantages(term.values, group_size, within_group);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += term.weight * normalized[i];
  }
  for (size_t i = 0; i < sums.size(); ++i)
    if (std::isnan(totals[i])) sums[i] = totals[i];
  const auto batch = moments(sums);
  std::vector<double> advantages(sums.size(), 0.0);
  for (size_t begin = 0; begin < sums.size(); begin += static_cast<size_t>(group_size)) {
    // A group without signal stays at exactly 0 even where the mean of the batch is not.
    if (is_constant(moments(std::span(sums).subspan(begin, static_cast<size_t>(group_size)))))
      continue;
    for (size_t i = begin; i < begin + static_cast<size_t>(group_size); ++i)
      if (!std::isnan(sums[i]))
        advantages[i] = (sums[i] - batch.mean) / (batch.std + config.epsilon);
  }
  return advantages;
}

constexpr CompositionEntry kCompositions[] = {
    {"sum_then_normalize", "the weighted sum of the rewards through the estimator",
     sum_then_normalize},
    {"normalize_then_sum",
     "each reward normalised in its group, then the weighted sum over the batch (GDPO)",
     normalize_then_sum},
};

}  // namespace

std::span<const CompositionEntry> composition_table() { return kCompositions; }

std::vector<double> total_rewards(const ComponentRewards& rewards) {
  std::vector<double> totals(rewards.terms.empty() ? 0 : rewards.terms.front().values.size(), 0.0);
  for (const auto& term : rewards.terms)
    VRLT_CHECK(term.values.size() == totals.size(), term.values.size(), " rewards of ",
               totals.size(), " responses");
  VRLT_CHECK(rewards.penalties.empty() || rewards.penalties.size() == totals.size(),
             rewards.penalties.size(), " penalties of ", totals.size());
  for (size_t i = 0; i < totals.size(); ++i) {
    bool scorable = false;
    for (const auto& term : rewards.terms) {
      if (std::isnan(term.values[i])) continue;
      scorable = true;
      totals[i] += term.weight * term.values[i];
    }
    if (!scorable) totals[i] = std::numeric_limits<double>::quiet_NaN();
    if (!rewards.penalties.empty()) totals[i] -= rewards.penalties[i];
  }
  return totals;
}

std::vector<double> composed_advantages(const ComponentRewards& rewards, int64_t group_size,
                                        const AdvantageConfig& config) {
  return find_row(kCompositions, config.composition, "reward composition")
      .advantages(rewards, group_size, config);
}

}  // namespace vrlt::algorithm
