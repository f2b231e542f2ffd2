#pragma once

#include <vector>

#include "vrlt/metrics/metric.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::rewards {

/// What a step says of the rewards of one prompt's responses (docs/spec/grpo.md#metrics). Merged
/// over groups and ranks the numbers are those of all responses:
///   reward/total, reward/TERM and _std   mean and standard deviation, over the responses to which
///                                        they apply
///   reward/TERM/NUMBER                   mean of RewardOutput::extra, such as the share of
///                                        predictions that cover the clip
///   reward/group_std                     mean over groups of the standard deviation (N - 1) of the
///                                        totals
///   group/no_signal_fraction             groups whose totals are equal up to 1e-9
///   group/unscorable_fraction            responses to which no term applies; they count in none
///                                        of the above
///   parse/failure_rate/TASK              responses of the task whose answer some term could not
///                                        read
///   parse/TASK/REASON                    how many, by the first such reason
void record_reward_metrics(const data::Sample& sample, const std::vector<RewardTerm>& terms,
                           const std::vector<ScoredResponse>& scores, metrics::MetricSet& metrics);

}  // namespace vrlt::rewards
