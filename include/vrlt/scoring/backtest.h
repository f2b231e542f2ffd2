#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/rewards/reward_function.h"

namespace vrlt::scoring {

/// What `vrlt-score RUN` is asked to do.
struct BacktestRequest {
  std::filesystem::path run;                   ///< Of vrlt-train (GRPO) or vrlt-select.
  std::vector<std::filesystem::path> records;  ///< Empty: those that the run's config names.
  std::vector<rewards::RewardTerm> terms;      ///< Empty: those of the run, scored anew.
  rewards::RewardOptions options;              ///< Of `terms`.
};

/// Scores the stored answers of a run with other rewards, and prints beside what the run had: the
/// mean reward and its terms, how many groups vary (those teach something), advantages and which
/// answer of a group is best, and of a selection which samples would have been selected, by the
/// run's filter. Of a training the prompts are those that it logged (logged_rollouts). Nothing is
/// written.
/// @return 0. @throws ConfigError, MissingInputError, DataError.
int run_backtest(const BacktestRequest& request);

}  // namespace vrlt::scoring
