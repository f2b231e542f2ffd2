#pragma once

#include <cstdint>
#include <vector>

#include "trainer/step/scored_group.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::trainer {

/// A prompt of the run.
struct DrawnPrompt {
  /// Counts the prompts of the whole run: a sample that comes back has another one, and draws new
  /// responses.
  int64_t position = 0;
  int64_t sample = 0;  ///< Index of the sample.
};

/// How right the responses to a prompt are.
struct GroupAccuracy {
  DrawnPrompt prompt;
  selection::RewardStatistics accuracy;
};

/// Of the accuracy terms alone, as selection looks at it: format failures are another variance.
/// Continuous where a term is, or where several apply: their mean lies between 0 and 1 too.
selection::RewardStatistics accuracy_of(const ScoredGroup& scored,
                                        const rewards::RewardFunction& reward);

/// Those of all ranks in the order of positions.
std::vector<GroupAccuracy> gather_accuracies(const std::vector<GroupAccuracy>& own,
                                             distributed::ProcessGroup& group);

}  // namespace vrlt::trainer
