#include "vrlt/rewards/reward_function.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/rewards/reward_presets.h"

namespace vrlt::rewards {
namespace {

std::vector<double> accuracies_of(const std::vector<ScoredResponse>& scored) {
  std::vector<double> accuracies;
  for (const auto& response : scored) accuracies.push_back(response.accuracy);
  return accuracies;
}

}  // namespace

RewardFunction::RewardFunction(const std::vector<RewardTerm>& terms, const RewardOptions& options)
    : terms_(expand_presets(terms)) {
  check(options);
  for (auto& term : terms_) {
    const auto& own = term.options ? *term.options : options;
    if (term.options) check(own);
    if (const auto* command = own.parameters.get<RewardCommands>().find(term.name)) {
      auto [scorer, entry] = make_command_reward(*command);
      term.name = entry->name;
      parts_.push_back({entry, std::move(scorer)});
      continue;
    }
    const auto& entry = find_reward(term.name);
    parts_.push_back({&entry, entry.maker.make(own)});
  }
  for (size_t k = 0; k < terms_.size(); ++k)
    for (size_t other = 0; other < k; ++other)
      if (terms_[k].name == terms_[other].name)
        throw ConfigError(concat("rewards: two commands call themselves ", terms_[k].name));
}

ScoredResponse RewardFunction::operator()(const RewardInput& input) const {
  const GroupInput alone{.responses = {&input, 1}};
  return score_alone({&alone, 1}).front().front();
}

std::vector<GroupScores> RewardFunction::score(const std::vector<ResponseGroup>& batch) const {
  std::vector<GroupInput> groups;
  for (const auto& group : batch) groups.push_back({.responses = group.responses});
  for (const auto& group : batch) groups.push_back({.responses = group.control});
  auto scored = score_alone(groups);
  std::vector<GroupScores> scores;
  for (size_t i = 0; i < batch.size(); ++i)
    scores.push_back({std::move(scored[i]), accuracies_of(scored[batch.size() + i])});
  compare(batch, scores);
  return scores;
}

std::vector<ScoredResponse> RewardFunction::score_group(
    const std::vector<RewardInput>& responses, const std::vector<RewardInput>& control) const {
  return score({{responses, control}}).front().responses;
}

bool RewardFunction::needs_control() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const auto& part) { return part.entry->needs_control; });
}

std::vector<std::vector<RewardOutput>> RewardFunction::ask(const Part& part,
                                                           std::span<const GroupInput> batch) {
  auto outputs = part.scorer->score(batch);
  VRLT_CHECK(outputs.size() == batch.size(), part.entry->name, " scored ", outputs.size(), " of ",
             batch.size(), " groups");
  for (size_t i = 0; i < batch.size(); ++i)
    VRLT_CHECK(outputs[i].size() == batch[i].responses.size(), part.entry->name, " scored ",
               outputs[i].size(), " of ", batch[i].responses.size(), " responses");
  return outputs;
}

/// What can be said without a comparison.
std::vector<std::vector<ScoredResponse>> RewardFunction::score_alone(
    std::span<const GroupInput> batch) const {
  const RewardOutput compares{.applicable = false, .reason = {ReasonKind::kWrong, "needs_group"}};
  std::vector<std::vector<ScoredResponse>> scored;
  for (const auto& group : batch)
    scored.emplace_back(
        group.responses.size(),
        ScoredResponse{.components = std::vector<RewardOutput>(parts_.size(), compares)});
  for (size_t k = 0; k < parts_.size(); ++k) {
    if (parts_[k].scorer->compares()) continue;
    auto outputs = ask(parts_[k], batch);
    for (size_t g = 0; g < batch.size(); ++g)
      for (size_t i = 0; i < scored[g].size(); ++i)
        scored[g][i].components[k] = std::move(outputs[g][i]);
  }
  for (auto& group : scored)
    for (auto& response : group) add_up(response);
  return scored;
}

/// Asks those that compare, by the accuracies that the others gave.
void RewardFunction::compare(const std::vector<ResponseGroup>& batch,
                             std::vector<GroupScores>& scores) const {
  std::vector<std::vector<double>> accuracies;
  for (const auto& group : scores) accuracies.push_back(accuracies_of(group.responses));
  std::vector<GroupInput> groups;
  for (size_t i = 0; i < batch.size(); ++i)
    groups.push_back({batch[i].responses, accuracies[i], scores[i].control_accuracies});
  for (size_t k = 0; k < parts_.size(); ++k) {
    if (!parts_[k].scorer->compares()) continue;
    auto outputs = ask(parts_[k], groups);
    for (size_t g = 0; g < groups.size(); ++g)
      for (size_t i = 0; i < outputs[g].size(); ++i)
        scores[g].responses[i].components[k] = std::move(outputs[g][i]);
  }
  for (auto& group : scores)
    for (auto& response : group.responses) add_up(response);
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
    if (parts_[k].entry->accuracy) {
      accuracy_sum += terms_[k].weight * component.value;
      accuracy_weight += terms_[k].weight;
    }
  }
  scored.accuracy = accuracy_weight > 0 ? accuracy_sum / accuracy_weight : 0.0;
}

}  // namespace vrlt::rewards
