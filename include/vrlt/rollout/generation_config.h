#pragma once

#include <cstdint>

#include "vrlt/rollout/sampling_config.h"

namespace vrlt::rollout {

struct GenerationConfig {
  int64_t group_size = 8;  ///< G, responses per prompt.
  int64_t max_new_tokens = 1024;
  SamplingConfig sampling;
  uint64_t seed = 0;
  /// Responses decoded together, at least one group; prompts wait for places.
  int64_t max_rows = 256;
  /// Tokens of prompts and responses whose keys and values there is room for together, at least one
  /// group; 0: any number.
  int64_t cache_tokens = 0;
  /// Tokens of each row that are drawn before the host looks at them; 0: one on the CPU, more on a
  /// GPU.
  int64_t look_every = 0;
};

}  // namespace vrlt::rollout
