#include "vrlt/settings/reward_section.h"

#include <algorithm>
#include <set>

#include "vrlt/config/item_lists.h"
#include "vrlt/core/error.h"
#include "vrlt/io/command_words.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/rewards/reward_presets.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {
namespace {

/// {command: .., weight: ..}
class Commands final : public config::OtherItems {
 public:
  explicit Commands(std::vector<rewards::RewardCommand>& commands) : commands_(commands) {}
  const char* key() const override { return "command"; }
  void clear() override { commands_.clear(); }
  std::string add(config::FieldVisitor& visitor) override {
    visit_fields(visitor, commands_.emplace_back());
    return commands_.back().command;
  }
  bool visit(config::FieldVisitor& visitor, const std::string& name) override {
    for (auto& command : commands_)
      if (command.command == name) {
        visit_fields(visitor, command);
        return true;
      }
    return false;
  }

 private:
  std::vector<rewards::RewardCommand>& commands_;
};

const rewards::RewardCommands& commands_of(const rewards::RewardOptions& options) {
  return options.parameters.get<rewards::RewardCommands>();
}

/// Those that a row of the table computes, presets whole.
std::vector<rewards::RewardTerm> terms_of_table(const std::vector<config::WeightedName>& rewards,
                                                const rewards::RewardOptions& options) {
  std::vector<rewards::RewardTerm> terms;
  for (const auto& [name, weight] : rewards)
    if (commands_of(options).find(name) == nullptr) terms.push_back({name, weight});
  return terms;
}

void check_commands(const rewards::RewardOptions& options, const config::KeyLocations& locations,
                    std::vector<std::string>& problems) {
  std::set<std::string> seen;
  for (const auto& command : commands_of(options).items) try {
      io::command_words(command.command);
      if (!seen.insert(command.command).second)
        throw ConfigError(concat("the command ", io::excerpt(command.command),
                                 " is listed twice; list it once, with the sum of the weights"));
    } catch (const ConfigError& error) {
      problems.push_back(concat(place_of("rewards", locations), ": ", error.what()));
    }
}

}  // namespace

void visit_rewards(config::FieldVisitor& visitor, const char* help,
                   std::vector<config::WeightedName>& rewards, rewards::RewardOptions& options) {
  Commands commands(options.parameters.get<rewards::RewardCommands>().items);
  visit_items(visitor,
              {.name = "rewards", .help = help, .choices = rewards::reward_and_preset_names()},
              rewards, commands);
}

bool measure_accuracy(const std::vector<config::WeightedName>& rewards,
                      const rewards::RewardOptions& options) {
  const auto& commands = commands_of(options).items;
  const auto terms = rewards::expand_presets(terms_of_table(rewards, options));
  return std::any_of(terms.begin(), terms.end(),
                     [](const auto& term) { return rewards::find_reward(term.name).accuracy; }) ||
         std::any_of(commands.begin(), commands.end(),
                     [](const auto& command) { return command.measures_accuracy(); });
}

std::vector<std::filesystem::path> files_of_commands(const rewards::RewardOptions& options) {
  std::vector<std::filesystem::path> files;
  for (const auto& command : commands_of(options).items)
    for (const auto& file : rewards::files_of(command))
      if (std::find(files.begin(), files.end(), file) == files.end()) files.push_back(file);
  return files;
}

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
  const auto counts_nothing = [](const auto& reward) { return reward.weight == 0; };
  if (!rewards.empty() && std::all_of(rewards.begin(), rewards.end(), counts_nothing))
    problems.push_back(concat(place_of("rewards", locations),
                              ": all weights are 0, so that no answer is worth anything"));
  check_commands(options, locations, problems);
  try {
    auto limited = options;
    limited.max_tokens = max_new_tokens;
    const rewards::RewardFunction reward(terms_of_table(rewards, options), limited);
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
