#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vrlt/rewards/reward.h"

namespace vrlt::rewards {

/// One row of the table of rewards.
struct RewardEntry {
  const char* name;
  const char* help;
  std::unique_ptr<Reward> (*make)();
  bool continuous;  ///< Values between 0 and 1 occur; decides the selection rule.
  bool accuracy;    ///< Measures the answer, not the format.
};

/// Every reward there is.
std::span<const RewardEntry> reward_table();

/// @throws ConfigError listing the known names.
const RewardEntry& find_reward(const std::string& name);

/// A reward of the run: name and weight, as in the config.
struct RewardTerm {
  std::string name;
  double weight = 1.0;
};

/// The outcome of all terms on one response.
struct ScoredResponse {
  std::vector<RewardOutput> components;  ///< In the order of the terms.
  double total = 0.0;                    ///< Sum of weight * value over applicable terms.
  bool scorable = true;                  ///< false when no term applies.
  double accuracy = 0.0;                 ///< The same sum over accuracy terms only, divided by their weights: in [0, 1].
};

/// The weighted sum of rewards.
class RewardFunction {
 public:
  explicit RewardFunction(std::vector<RewardTerm> terms);
  ScoredResponse operator()(const RewardInput& input) const;
  const std::vector<RewardTerm>& terms() const { return terms_; }

 private:
  std::vector<RewardTerm> terms_;
  std::vector<const RewardEntry*> entries_;
  std::vector<std::unique_ptr<Reward>> rewards_;
};

}  // namespace vrlt::rewards
