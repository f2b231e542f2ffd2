#pragma once

#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::settings {

/// The rewards of a run.
/// @param max_new_tokens  of its rollouts: the limit that the reward overlong counts back from.
rewards::RewardFunction reward_function(const std::vector<config::WeightedName>& rewards,
                                        rewards::RewardOptions options, int64_t max_new_tokens);

/// Whether responses to the same frames in random order are sampled, which some rewards compare
/// with.
enum class ControlRollouts { kNone, kSampled };

/// What an option says that is wider than the strict score of evaluation, to be said once when a
/// run starts.
std::vector<std::string> doubts(const rewards::RewardOptions& options,
                                const config::KeyLocations& locations);

/// Problems of the rewards of a run: options that exclude each other, rewards that cannot be
/// trained on or have no effect.
std::vector<std::string> check(const std::vector<config::WeightedName>& rewards,
                               const rewards::RewardOptions& options, int64_t max_new_tokens,
                               ControlRollouts control, const config::KeyLocations& locations);

}  // namespace vrlt::settings
