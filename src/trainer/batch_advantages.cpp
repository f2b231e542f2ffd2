#include "trainer/batch_advantages.h"

#include <map>

#include "vrlt/algorithm/reward_composition.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {

std::vector<double> batch_advantages(const std::vector<ResponseRow>& rows, const rewards::RewardFunction& reward, const settings::TrainConfig& config,
                                     double kl_reward_coef) {
  algorithm::ComponentRewards rewards;
  for (const auto& term : reward.terms()) rewards.terms.push_back({.weight = term.weight});
  for (const auto& row : rows) {
    VRLT_CHECK(row.components.size() == rewards.terms.size(), row.sample_id, ": ", row.components.size(), " rewards of ", rewards.terms.size(),
               " terms");
    for (size_t c = 0; c < row.components.size(); ++c) rewards.terms[c].values.push_back(row.components[c]);
    rewards.lengths.push_back(row.length);
    if (kl_reward_coef > 0) rewards.penalties.push_back(kl_reward_coef * row.divergence);
  }
  return algorithm::composed_advantages(rewards, config.rollout.group_size, config.algorithm.advantage);
}

std::vector<double> assign_advantages(std::vector<ScoredGroup>& own, const std::vector<ResponseRow>& rows, const std::vector<double>& advantages) {
  std::map<std::pair<int64_t, int64_t>, double> by_place;
  for (size_t i = 0; i < rows.size(); ++i) by_place[{rows[i].position, rows[i].number}] = advantages[i];
  std::vector<double> assigned;
  for (auto& scored : own)
    for (size_t k = 0; k < scored.scores.size(); ++k) {
      scored.advantages.push_back(by_place.at({scored.position, static_cast<int64_t>(k)}));
      assigned.push_back(scored.advantages.back());
    }
  return assigned;
}

}  // namespace vrlt::trainer
