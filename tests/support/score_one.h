#pragma once

#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/rewards/reward_table.h"

namespace vrlt::test {

/// What the reward `name` says of one response.
inline rewards::RewardOutput score_one(const std::string& name, const data::Sample& sample,
                                       const std::string& text,
                                       const rewards::RewardOptions& options = {},
                                       int64_t num_tokens = 0) {
  const rewards::RewardInput input{.sample = sample, .text = text, .num_tokens = num_tokens};
  const rewards::GroupInput alone{.responses = {&input, 1}};
  return rewards::find_reward(name).maker.make(options)->score({&alone, 1}).front().front();
}

/// The default options under `KEY=VALUE`, as a config sets them.
inline rewards::RewardOptions reward_options(const std::vector<std::string>& keys) {
  rewards::RewardOptions options;
  config::load({}, keys, [&](config::FieldVisitor& visitor) { visit_fields(visitor, options); },
               {});
  return options;
}

/// A thinking block and `answer` in its block.
inline std::string think_and_answer(const std::string& answer) {
  return "<think>t</think><answer>" + answer + "</answer>";
}

}  // namespace vrlt::test
