#include "vrlt/settings/reward_section.h"

#include "vrlt/core/error.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

rewards::RewardFunction reward_function(const std::vector<config::WeightedName>& rewards,
                                        rewards::RewardOptions options, int64_t max_new_tokens) {
  std::vector<rewards::RewardTerm> terms;
  for (const auto& [name, weight] : rewards) terms.push_back({name, weight});
  options.max_tokens = max_new_tokens;
  return rewards::RewardFunction(terms, std::move(options));
}

std::vector<std::string> doubts(const rewards::RewardOptions& options,
                                const config::KeyLocations& locations) {
  std::vector<std::string> found;
  for (const auto& wider : rewards::wider_than_strict(options))
    found.push_back(concat(place_of("reward_options", locations), ": ", wider,
                           "; rewards will be higher than scores"));
  return found;
}

std::vector<std::string> check(const std::vector<config::WeightedName>& rewards,
                               const rewards::RewardOptions& options, int64_t max_new_tokens,
                               ControlRollouts control, const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  try {
    const auto reward = reward_function(rewards, options, max_new_tokens);
    for (const auto& term : reward.terms()) {
      const auto& entry = rewards::find_reward(term.name);
      if (entry.evaluation_only)
        problems.push_back(concat(place_of("rewards", locations), ": ", term.name,
                                  " is for comparison, a policy learns to fool it; use choice"));
      if (entry.needs_control && control == ControlRollouts::kNone)
        problems.push_back(concat(place_of("rewards", locations), ": ", term.name,
                                  " compares with responses to shuffled frames, which are not "
                                  "sampled here, and has no effect; of a preset, list the "
                                  "other terms (--list reward_presets)"));
    }
  } catch (const ConfigError& error) {
    problems.push_back(concat(place_of("reward_options", locations), ": ", error.what()));
  }
  return problems;
}

}  // namespace vrlt::settings
