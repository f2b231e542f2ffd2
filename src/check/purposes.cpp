#include "vrlt/check/purposes.h"

namespace vrlt::check {
namespace {

Purpose rewarded(const std::vector<config::WeightedName>& rewards,
                 const std::vector<config::WeightedName>& usual,
                 const rewards::RewardOptions& options, int64_t max_new_tokens) {
  Purpose purpose{.reward_options = options};
  purpose.reward_options.max_tokens = max_new_tokens;
  for (const auto& [name, weight] : rewards) purpose.rewards.push_back({name, weight});
  for (const auto& [name, weight] : usual) purpose.usual_rewards.push_back(name);
  return purpose;
}

}  // namespace

Purpose purpose_of(const settings::TrainConfig& config) {
  Purpose purpose;
  if (config.is_sft())
    purpose.target = config.sft.reference_target();
  else
    purpose = rewarded(config.rewards, settings::TrainConfig().rewards, config.reward_options,
                       config.rollout.max_new_tokens);
  purpose.prompt = &data::find_prompt(config.data.prompt);
  return purpose;
}

Purpose purpose_of(const settings::SelectConfig& config) {
  auto purpose = rewarded(config.rewards, settings::SelectConfig().rewards, config.reward_options,
                          config.rollout.max_new_tokens);
  purpose.prompt = &data::find_prompt(config.data.prompt);
  return purpose;
}

Purpose purpose_of(const settings::EvalConfig& config) {
  return {.prompt = &data::find_prompt(config.data.prompt), .labels_matter = false};
}

}  // namespace vrlt::check
