#include "vrlt/settings/reward_section.h"

#include "vrlt/core/error.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

void visit_reward_fields(config::FieldVisitor& v, rewards::RewardOptions& c) {
  v.field({.name = "answer_block",
           .help = "which answer block counts; last: as evaluation reads it, single: any other number is a failure",
           .choices = {"last", "single", "first"}},
          c.answer_block);
  v.field({.name = "span", .help = "which time span counts where one is asked for", .choices = {"one", "first", "last"}}, c.span);
  v.field({.name = "inverted", .help = "a span that ends before it starts", .choices = {"zero", "swap"}}, c.inverted);
  v.field({.name = "out_of_range", .help = "a span beyond the end of the clip", .choices = {"keep", "clamp", "zero"}}, c.out_of_range);
  v.field({.name = "wasserstein_beta", .help = "of temporal_wasserstein", .min = 1e-6, .max = 1e6}, c.wasserstein_beta);
  v.field({.name = "rouge_stemmer", .help = "rouge compares Porter stems"}, c.rouge_stemmer);
  v.field({.name = "min_bonus_tokens", .help = "length_bonus: shortest response", .min = 0}, c.min_bonus_tokens);
  v.field({.name = "max_bonus_tokens", .help = "length_bonus: longest response", .min = 0}, c.max_bonus_tokens);
  v.field({.name = "overlong_buffer", .help = "overlong: tokens before max_new_tokens over which it falls; 0: a fifth of them", .min = 0},
          c.overlong_buffer);
}

rewards::RewardFunction reward_function(const std::vector<config::WeightedName>& rewards, rewards::RewardOptions options, int64_t max_new_tokens) {
  std::vector<rewards::RewardTerm> terms;
  for (const auto& [name, weight] : rewards) terms.push_back({name, weight});
  options.max_tokens = max_new_tokens;
  return rewards::RewardFunction(terms, std::move(options));
}

std::vector<std::string> doubts(const rewards::RewardOptions& options, const config::KeyLocations& locations) {
  std::vector<std::string> found;
  for (const auto& wider : rewards::wider_than_strict(options))
    found.push_back(concat(place_of("reward_options", locations), ": ", wider, "; rewards will be higher than scores"));
  return found;
}

std::vector<std::string> check(const std::vector<config::WeightedName>& rewards, const rewards::RewardOptions& options, int64_t max_new_tokens,
                               ControlRollouts control, const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  try {
    const auto reward = reward_function(rewards, options, max_new_tokens);
    for (const auto& term : reward.terms()) {
      const auto& entry = rewards::find_reward(term.name);
      if (entry.evaluation_only)
        problems.push_back(concat(place_of("rewards", locations), ": ", term.name, " is for comparison, a policy learns to fool it; use choice"));
      if (entry.needs_control && control == ControlRollouts::kNone)
        problems.push_back(concat(place_of("rewards", locations), ": ", term.name,
                                  " compares with responses to shuffled frames, which are not sampled here, and has no effect; of a preset, list the "
                                  "other terms (--list reward_presets)"));
    }
  } catch (const ConfigError& error) {
    problems.push_back(concat(place_of("reward_options", locations), ": ", error.what()));
  }
  return problems;
}

}  // namespace vrlt::settings
