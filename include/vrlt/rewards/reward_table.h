#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "vrlt/rewards/reward_options.h"
#include "vrlt/rewards/scorer.h"

namespace vrlt::rewards {

/// How a row makes its scorer.
struct RewardMaker {
  /// @param options  that check() accepts. @throws ConfigError where it cannot be made with them.
  std::unique_ptr<Scorer> (*make)(const RewardOptions& options);
  const ParameterEntry* parameters = nullptr;  ///< Of its own; null: it has none.
};

/// One row of the table of rewards.
struct RewardEntry {
  const char* name;
  const char* help;
  RewardMaker maker;
  bool continuous;       ///< Values between the two ends occur; decides the selection rule.
  bool accuracy;         ///< Measures the answer, not the format.
  double minimum = 0.0;  ///< Every value is in [minimum, maximum].
  double maximum = 1.0;
  bool evaluation_only = false;  ///< Too easily fooled to train on.
  /// Applies only with responses to the same frames in random order.
  bool needs_control = false;
  /// Pieces that stand in every response of full marks, a blank between two: what a prompt must ask
  /// for.
  const char* wants = "";
  const char* refuses = "";  ///< Pieces that stand in none.
};

/// Every reward there is.
std::span<const RewardEntry> reward_table();

/// @throws ConfigError listing the known names.
const RewardEntry& find_reward(const std::string& name);

/// A reward of the run, as the config names it.
struct RewardTerm {
  std::string name;
  double weight = 1.0;
  std::optional<RewardOptions> options = {};  ///< Its own; none: those of the run.
};

}  // namespace vrlt::rewards
