#pragma once

#include "vrlt/data/sample.h"
#include "vrlt/io/json.h"
#include "vrlt/rewards/reward_function.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection_run {

/// In a line of the store: why the sample has no responses.
inline constexpr const char* kErrorKey = "error";

/// Writes what the rewards say of a response into its part of such a line: reward, components with
/// the numbers behind them, accuracy, and the answer read.
void write_score(const rewards::RewardFunction& reward, const rewards::ScoredResponse& score,
                 io::Json& response);

/// What a choice among samples needs of such a line: rewards, answers, counts. @throws DataError if
/// it was not written by rollout_line.
io::Json summary_of(const io::Json& line);

/// The same of several lines about one sample, in the order of their draws.
io::Json joined(const io::Json& first, const io::Json& more);

/// The statistics of a summary. @throws DataError naming the sample.
selection::SampleStatistics statistics_of(const io::Json& summary, const data::Sample& sample);

}  // namespace vrlt::selection_run
