#pragma once

#include "vrlt/settings/train_config.h"

namespace vrlt::settings {

/// What logits are divided by in the update.
inline double log_prob_temperature(const TrainConfig& config) {
  return config.algorithm.logprob_temperature == "rollout" ? config.rollout.sampling.temperature
                                                           : 1.0;
}

/// Whether the update's log-probs are at the temperature of the sampler's: only then can they be
/// compared.
inline bool one_temperature(const TrainConfig& config) {
  return log_prob_temperature(config) == config.rollout.sampling.temperature;
}

}  // namespace vrlt::settings
