#include "vrlt/rewards/reward_match.h"

namespace vrlt::rewards {

bool reads(const RewardEntry& entry, const data::Sample& sample, const RewardOptions& options) {
  // Whether a reward reads a sample depends on no prompt; one that follows the prompt needs some.
  const RewardInput silence{.sample = sample, .prompt = &data::prompt_table().front()};
  if (const auto* reward = std::get_if<ResponseReward>(&entry.score)) return (*reward)(silence, options).applicable;
  const double nothing[] = {0.0};
  return std::get<GroupReward>(entry.score)({.responses = {&silence, 1}, .accuracies = nothing, .control_accuracies = nothing}, options)
      .front()
      .applicable;
}

std::vector<std::string_view> pieces_of(const char* list) {
  std::vector<std::string_view> pieces;
  for (std::string_view rest = list; !rest.empty();) {
    const auto blank = rest.find(' ');
    pieces.push_back(rest.substr(0, blank));
    rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
  }
  return pieces;
}

}  // namespace vrlt::rewards
