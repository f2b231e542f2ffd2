#include "trainer/step/batch_advantages.h"

#include "vrlt/algorithm/reward_composition.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

/// The estimators compare rows that stand together.
void check_whole_groups(const std::vector<ResponseRow>& rows, int64_t group_size) {
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto number = static_cast<int64_t>(i) % group_size;
    const auto& first = rows[i - static_cast<size_t>(number)];
    VRLT_CHECK(rows[i].key() == (ResponseKey{first.position, number}), "response ", rows[i].number,
               " to prompt ", rows[i].position, " where number ", number, " to prompt ",
               first.position, " is expected");
  }
  VRLT_CHECK(std::ssize(rows) % group_size == 0, rows.size(), " responses in groups of ",
             group_size);
}

}  // namespace

ByResponse<double> batch_advantages(const std::vector<ResponseRow>& rows,
                                    const rewards::RewardFunction& reward, int64_t group_size,
                                    const algorithm::AdvantageConfig& config,
                                    double kl_reward_coef) {
  check_whole_groups(rows, group_size);
  algorithm::ComponentRewards rewards;
  for (const auto& term : reward.terms()) rewards.terms.push_back({.weight = term.weight});
  for (const auto& row : rows) {
    VRLT_CHECK(row.components.size() == rewards.terms.size(), row.sample_id, ": ",
               row.components.size(), " rewards of ", rewards.terms.size(), " terms");
    for (size_t c = 0; c < row.components.size(); ++c)
      rewards.terms[c].values.push_back(row.components[c]);
    rewards.lengths.push_back(row.length);
    if (kl_reward_coef > 0) rewards.penalties.push_back(kl_reward_coef * row.divergence);
  }
  const auto advantages = algorithm::composed_advantages(rewards, group_size, config);
  ByResponse<double> by_response;
  for (size_t i = 0; i < rows.size(); ++i) by_response[rows[i].key()] = advantages[i];
  return by_response;
}

}  // namespace vrlt::trainer
