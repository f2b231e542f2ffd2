#include "vrlt/rewards/reward_function.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_presets.h"

namespace vrlt::rewards {
namespace {

std::vector<double> accuracies_of(const std::vector<ScoredResponse>& scored) {
  std::vector<double> accuracies;
  for (const auto& response : scored) accuracies.push_back(response.accuracy);
  return accuracies;
}

}  // namespace

RewardFunction::RewardFunction(const std::vector<RewardTerm>& terms, RewardOptions options)
    : terms_(expand_presets(terms)), options_(std::move(options)) {
  check(options_);
  for (const auto& term : terms_) entries_.push_back(&find_reward(term.name));
}

ScoredResponse RewardFunction::operator()(const RewardInput& input) const {
  auto scored = score_alone(input);
  add_up(scored);
  return scored;
}

std::vector<ScoredResponse> RewardFunction::score_group(const std::vector<RewardInput>& responses, const std::vector<RewardInput>& control) const {
  std::vector<ScoredResponse> scored;
  for (const auto& response : responses) scored.push_back((*this)(response));
  std::vector<double> control_accuracies;
  for (const auto& response : control) control_accuracies.push_back((*this)(response).accuracy);
  const auto accuracies = accuracies_of(scored);
  for (size_t k = 0; k < entries_.size(); ++k) {
    const auto* reward = std::get_if<GroupReward>(&entries_[k]->score);
    if (reward == nullptr) continue;
    const auto outputs = (*reward)({responses, accuracies, control_accuracies}, options_);
    VRLT_CHECK(outputs.size() == responses.size(), entries_[k]->name, " scored ", outputs.size(), " of ", responses.size(), " responses");
    for (size_t i = 0; i < scored.size(); ++i) scored[i].components[k] = outputs[i];
  }
  for (auto& response : scored) add_up(response);
  return scored;
}

bool RewardFunction::needs_control() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto* entry) { return entry->needs_control; });
}

ScoredResponse RewardFunction::score_alone(const RewardInput& input) const {
  ScoredResponse scored;
  for (const auto* entry : entries_) {
    const auto* reward = std::get_if<ResponseReward>(&entry->score);
    scored.components.push_back(reward == nullptr ? RewardOutput{.applicable = false, .reason = "needs_group"} : (*reward)(input, options_));
  }
  return scored;
}

void RewardFunction::add_up(ScoredResponse& scored) const {
  scored.scorable = false;
  scored.total = 0.0;
  double accuracy_weight = 0.0, accuracy_sum = 0.0;
  for (size_t k = 0; k < terms_.size(); ++k) {
    const auto& component = scored.components[k];
    if (!component.applicable) continue;
    scored.scorable = true;
    scored.total += terms_[k].weight * component.value;
    if (entries_[k]->accuracy) {
      accuracy_sum += terms_[k].weight * component.value;
      accuracy_weight += terms_[k].weight;
    }
  }
  scored.accuracy = accuracy_weight > 0 ? accuracy_sum / accuracy_weight : 0.0;
}

}  // namespace vrlt::rewards
