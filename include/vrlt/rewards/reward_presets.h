#pragma once

#include <span>
#include <string>
#include <vector>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {

/// A published sum of rewards under one name. Source: docs/spec/rewards.md#presets.
struct RewardPreset {
  const char* name;
  const char* help;
  std::span<const RewardTerm> terms;
};

std::span<const RewardPreset> reward_presets();

/// The names a list of terms may hold: rewards, then presets.
std::vector<std::string> reward_and_preset_names();

/// The terms with every preset replaced by its own, weights multiplied; a reward that is named
/// twice gets the sum of its weights.
/// @throws ConfigError for a reward that is named twice, once with options of its own.
std::vector<RewardTerm> expand_presets(const std::vector<RewardTerm>& terms);

}  // namespace vrlt::rewards
