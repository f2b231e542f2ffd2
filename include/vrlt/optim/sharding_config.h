#pragma once

#include <cstdint>
#include <string>

#include "vrlt/core/choice.h"

namespace vrlt::optim {

/// How training is spread over ranks; with one rank all modes are the same.
struct ShardingConfig {
  std::string shard = "optimizer";  ///< See kShardModes.
  /// Neighbouring ranks that share one copy of the sums, and of the layers: a divisor of all; 0, or
  /// more: all.
  int64_t shard_ranks = 0;
  /// Sums of bfloat16 gradients are in float64 too, so that their order never shows.
  bool exact_sums = false;

  bool shards_gradients() const { return shard == "gradients" || shards_parameters(); }
  bool shards_parameters() const { return shard == "parameters"; }
  /// Of a number of a sum of gradients: float32 for bfloat16, else float64.
  int64_t sum_bytes(int64_t parameter_bytes) const {
    return parameter_bytes < 4 && !exact_sums ? 4 : 8;
  }
};

inline constexpr Choice kShardModes[] = {
    {"optimizer", "each rank updates its part of the weights; sums meet once per update"},
    {"gradients", "each rank keeps its part of the sums of gradients too; sums meet in each pass"},
    {"parameters",
     "each rank keeps its part of the decoder's layers too, brought one by one in each pass"},
};

}  // namespace vrlt::optim
