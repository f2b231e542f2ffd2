#pragma once

#include "vrlt/data/sample.h"
#include "vrlt/io/json.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/rollout/rollout.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::app {

/// A line of the store about one sample: the whole rollout with every reward term, and of each response its accuracy and the answer read.
io::Json rollout_line(const data::Sample& sample, const rollout::RolloutGroup& group, const rewards::RewardFunction& reward);

/// The statistics of such a line. @throws DataError if it was not written by rollout_line.
selection::SampleStatistics statistics_of(const io::Json& line, const data::Sample& sample);

}  // namespace vrlt::app
