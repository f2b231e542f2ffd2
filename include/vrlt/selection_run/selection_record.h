#pragma once

#include "vrlt/data/sample.h"
#include "vrlt/io/json.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/rollout/rollout.h"
#include "vrlt/selection_run/sample_summary.h"

namespace vrlt::selection_run {

/// A line of the store about one sample: the whole rollout with every reward term, and of each
/// response its accuracy and the answer read.
io::Json rollout_line(const data::Sample& sample, const rollout::RolloutGroup& group,
                      const rewards::RewardFunction& reward,
                      const std::vector<rewards::ScoredResponse>& scores);

}  // namespace vrlt::selection_run
