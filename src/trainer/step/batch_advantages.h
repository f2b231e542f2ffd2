#pragma once

#include "trainer/step/scored_group.h"
#include "vrlt/algorithm/advantage.h"

namespace vrlt::trainer {

/// The advantage of each response, by the estimator of `config`. The responses of the step are
/// compared as a whole, wherever they were rolled out.
/// @param rows  of all ranks, whole groups in the order of their keys; @param kl_reward_coef  times
/// a row's divergence is taken from its reward.
/// @param reward  what scored them: its terms, not the list of the config, are what the components
/// of a row stand for.
/// @throws ContractError if a row has another number of components, or a group is not whole.
ByResponse<double> batch_advantages(const std::vector<ResponseRow>& rows,
                                    const rewards::RewardFunction& reward, int64_t group_size,
                                    const algorithm::AdvantageConfig& config,
                                    double kl_reward_coef);

}  // namespace vrlt::trainer
