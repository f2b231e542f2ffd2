#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

/// A pure function of one response: deterministic, never throws on any text.
using ResponseReward = RewardOutput (*)(const RewardInput& input, const RewardOptions& options);
/// A pure function of all responses to a prompt; one output for each.
using GroupReward = std::vector<RewardOutput> (*)(const GroupInput& group, const RewardOptions& options);

/// One row of the table of rewards.
struct RewardEntry {
  const char* name;
  const char* help;
  std::variant<ResponseReward, GroupReward> score;
  bool continuous;       ///< Values between the two ends occur; decides the selection rule.
  bool accuracy;         ///< Measures the answer, not the format.
  double minimum = 0.0;  ///< Every value is in [minimum, maximum].
  double maximum = 1.0;
  bool evaluation_only = false;  ///< Too easily fooled to train on.
  bool needs_control = false;    ///< Applies only with responses to the same frames in random order.
  const char* wants = "";        ///< Pieces that stand in every response of full marks, a blank between two: what a prompt must ask for.
  const char* refuses = "";      ///< Pieces that stand in none.
};

/// Every reward there is.
std::span<const RewardEntry> reward_table();

/// @throws ConfigError listing the known names.
const RewardEntry& find_reward(const std::string& name);

/// A reward of the run: name and weight, as in the config.
struct RewardTerm {
  std::string name;
  double weight = 1.0;
};

}  // namespace vrlt::rewards
