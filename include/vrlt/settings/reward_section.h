#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::settings {

/// Visits the list `rewards`: names of rewards and presets, and commands, which go to the
/// parameters of `options` (rewards/reward_command.h) and are named by their line in the list.
void visit_rewards(config::FieldVisitor& visitor, const char* help,
                   std::vector<config::WeightedName>& rewards, rewards::RewardOptions& options);

/// Whether one of them measures the answer; of a command that was not greeted it is supposed.
bool measure_accuracy(const std::vector<config::WeightedName>& rewards,
                      const rewards::RewardOptions& options);

/// Files that the values of commands depend on: their scripts.
std::vector<std::filesystem::path> files_of_commands(const rewards::RewardOptions& options);

/// The rewards of a run. Commands are started.
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
