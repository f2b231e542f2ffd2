#include "vrlt/rewards/reward_match.h"

namespace vrlt::rewards {

bool reads(const RewardEntry& entry, const data::Sample& sample, const RewardOptions& options) {
  // Whether a reward reads a sample depends on no prompt; one that follows the prompt needs some.
  const RewardInput silence{.sample = sample, .prompt = &data::prompt_table().front()};
  const double nothing[] = {0.0};
  const GroupInput group{
      .responses = {&silence, 1}, .accuracies = nothing, .control_accuracies = nothing};
  return entry.maker.make(options)->score({&group, 1}).front().front().applicable;
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
