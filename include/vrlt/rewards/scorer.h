#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "vrlt/rewards/reward.h"

namespace vrlt::rewards {

/// A reward of a run, made with its own options by a row of the table. It may hold what it needs
/// between batches; what it says of a response depends on that response and its group alone.
class Scorer {
 public:
  virtual ~Scorer() = default;

  /// @return  of each group one output for each of its responses, in their order. A response that
  /// cannot be scored is an output that says why, never an exception.
  virtual std::vector<std::vector<RewardOutput>> score(std::span<const GroupInput> batch) = 0;

  /// Whether it compares responses by what the other rewards say of them. Such a scorer is asked
  /// after them, and by GroupInput::accuracies; it says nothing of a response that has no group.
  virtual bool compares() const { return false; }
};

/// A pure function of one response: deterministic, never throws on any text.
using ResponseReward = std::function<RewardOutput(const RewardInput& input)>;
std::unique_ptr<Scorer> scorer_of(ResponseReward reward);

/// A pure function of all responses to a prompt that compares them; one output for each.
using GroupReward = std::function<std::vector<RewardOutput>(const GroupInput& group)>;
std::unique_ptr<Scorer> scorer_of(GroupReward reward);

}  // namespace vrlt::rewards
