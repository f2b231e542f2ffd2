#pragma once

#include <string>
#include <variant>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::test {

/// What the reward `name` says of one response.
inline rewards::RewardOutput score_one(const std::string& name, const data::Sample& sample, const std::string& text,
                                       const rewards::RewardOptions& options = {}, int64_t num_tokens = 0) {
  const auto score = std::get<rewards::ResponseReward>(rewards::find_reward(name).score);
  return score({.sample = sample, .text = text, .num_tokens = num_tokens}, options);
}

/// A thinking block and `answer` in its block.
inline std::string think_and_answer(const std::string& answer) { return "<think>t</think><answer>" + answer + "</answer>"; }

}  // namespace vrlt::test
