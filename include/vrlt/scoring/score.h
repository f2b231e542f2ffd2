#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/check/matching.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::scoring {

/// What `vrlt-score` is asked to do.
struct ScoreRequest {
  std::filesystem::path completions;
  std::vector<std::filesystem::path> records;  ///< Empty: every completion is in its record.
  std::vector<rewards::RewardTerm> terms;
  rewards::RewardOptions options;
  /// Of the config whose rewards these are: the records are matched with it.
  std::optional<check::Purpose> purpose;
  bool explain = false;                        ///< Blocks for a terminal instead of JSON Lines.
  std::optional<std::filesystem::path> junit;  ///< Write JUnit XML there.
  double tolerance = 1e-6;                     ///< How far a value may be from the expected one.
};

/// Takes the rewards, their options and the length limit from the config of a training run. @throws
/// ConfigError, MissingInputError.
void use_rewards_of(const std::filesystem::path& train_config, ScoreRequest& request);

/// Adds a reward by command, with the weight 1 and the defaults of rewards::RewardCommand.
void add_command(const std::string& line, ScoreRequest& request);

/// Scores the completions of a JSON Lines file and prints every component with its reason, then the
/// means on standard error. A line holds a record with a "completion", or {"id", "completion"} when
/// `records` names the records. Also read, if there:
///   "num_tokens", "truncated"   of the response, for rewards of its length
///   "control": true             a response to frames in random order, for temporal_bonus; it is
///                               not scored itself
///   "expected"                  the total, or {"total": .., NAME: ..}; a value further off than
///                               `tolerance` is a failure
/// A line of samples.jsonl of vrlt-eval is taken as it is, with `records`.
/// Completions of one id are one group.
/// @return 0, or 1 if an expected value is not met.
/// @throws DataError with path:line, MissingInputError, ConfigError.
int run_score(const ScoreRequest& request);

}  // namespace vrlt::scoring
