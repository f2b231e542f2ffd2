#pragma once

#include <filesystem>
#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/rollout/rollout.h"

namespace vrlt::trainer {

/// One prompt of a step for a human to read: prompt, frames, every response with its rewards and
/// advantage. `advantages` may be empty.
io::Json rollout_record(const data::Sample& sample, const rollout::RolloutGroup& group,
                        const std::vector<rewards::RewardTerm>& terms,
                        const std::vector<rewards::ScoredResponse>& scores,
                        const std::vector<double>& advantages);

}  // namespace vrlt::trainer
