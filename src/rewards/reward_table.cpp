#include "vrlt/rewards/reward_table.h"

#include "rewards/accuracy_rewards.h"
#include "rewards/format_rewards.h"
#include "vrlt/core/error.h"

namespace vrlt::rewards {
namespace {

template <typename T>
std::unique_ptr<Reward> make() {
  return std::make_unique<T>();
}

/// Every reward there is.
constexpr RewardEntry kRewards[] = {
    {"format", "1 if <think>..</think><answer>..</answer> is well formed and the answer can be read, else 0", make<FormatReward>, false, false},
    {"format_answer", "1 if <answer>..</answer> alone is well formed and the answer can be read, else 0", make<FormatAnswerReward>, false, false},
    {"format_seed_tvg", "1 if the response is Temporal-RLT's JSON with start_time and end_time, else 0", make<FormatSeedTvgReward>, false, false},
    {"temporal_iou", "overlap of the predicted and the true time span, in [0, 1]", make<TemporalIouReward>, true, true},
    {"choice", "1 if the right option is chosen, else 0", make<ChoiceReward>, false, true},
    {"grounded_qa", "half for the right option, half times the overlap of its time span", make<GroundedQaReward>, true, true},
};

}  // namespace

std::span<const RewardEntry> reward_table() { return kRewards; }

const RewardEntry& find_reward(const std::string& name) {
  std::string known;
  for (const auto& entry : kRewards) {
    if (name == entry.name) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw ConfigError(concat("unknown reward \"", name, "\"; known: ", known));
}

RewardFunction::RewardFunction(std::vector<RewardTerm> terms) : terms_(std::move(terms)) {
  for (const auto& term : terms_) {
    entries_.push_back(&find_reward(term.name));
    rewards_.push_back(entries_.back()->make());
  }
}

ScoredResponse RewardFunction::operator()(const RewardInput& input) const {
  ScoredResponse scored;
  scored.scorable = false;
  double accuracy_weight = 0.0, accuracy_sum = 0.0;
  for (size_t k = 0; k < terms_.size(); ++k) {
    scored.components.push_back((*rewards_[k])(input));
    const auto& component = scored.components.back();
    if (!component.applicable) continue;
    scored.scorable = true;
    scored.total += terms_[k].weight * component.value;
    if (entries_[k]->accuracy) {
      accuracy_sum += terms_[k].weight * component.value;
      accuracy_weight += terms_[k].weight;
    }
  }
  if (accuracy_weight > 0) scored.accuracy = accuracy_sum / accuracy_weight;
  return scored;
}

}  // namespace vrlt::rewards
