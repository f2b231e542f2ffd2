#pragma once

#include <cstdint>

namespace vrlt::rollout {

/// How a token is drawn. The order is that of transformers: temperature, top-k, top-p, min-p.
struct SamplingConfig {
  double temperature = 1.0;  ///< 0: the most likely token.
  int64_t top_k = 0;         ///< Keep the k most likely; 0: all.
  double top_p = 1.0;        ///< Keep the smallest set whose probability reaches it; 1: all.
  /// Keep tokens at least this likely relative to the most likely; 0: all.
  double min_p = 0.0;
};

}  // namespace vrlt::rollout
