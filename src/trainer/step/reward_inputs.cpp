#include "vrlt/trainer/step/reward_inputs.h"

namespace vrlt::trainer {

std::vector<rewards::RewardInput> reward_inputs(const data::Sample& sample,
                                                const rollout::RolloutGroup& group,
                                                const std::string& prompt) {
  const auto* asked = &data::prompt_of(sample, prompt);
  std::vector<rewards::RewardInput> inputs;
  for (const auto& response : group.responses)
    inputs.push_back({sample, response.text, static_cast<int64_t>(response.ids.size()),
                      response.truncated, asked});
  return inputs;
}

}  // namespace vrlt::trainer
