#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::app {

/// `vrlt-score`: scores the completions of a JSON Lines file and prints one line each with every component and its reason.
/// A line holds a record with a "completion", or {"id", "completion"} when `records` names the records.
int run_score(const std::filesystem::path& completions, const std::vector<std::filesystem::path>& records,
              const std::vector<rewards::RewardTerm>& terms);

}  // namespace vrlt::app
