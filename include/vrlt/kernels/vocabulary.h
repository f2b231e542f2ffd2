#pragma once

#include <cstdint>

namespace vrlt::kernels {

// Arithmetic on rows of logits in float32, each row read once from memory. Logits are multiplied by
// `scale`, 1 / temperature, on the way.

/// Sums over the logits of one token so far: of e^(l - m) and of e^(l - m) (l - m), m the largest
/// logit l.
struct RowSums {
  float largest;  ///< m; -infinity before the first.
  double total = 0.0, moment = 0.0;
};

/// Adds logits[0..size).
void add_logits(const float* logits, int64_t size, float scale, RowSums& sums);

/// logits = e^(l - normalizer) * factor.
void weigh(float* logits, int64_t size, float scale, float normalizer, float factor);

/// logits = e^(l - normalizer) * (factor + slope * (l - normalizer)).
void weigh_linearly(float* logits, int64_t size, float scale, float normalizer, float factor,
                    float slope);

}  // namespace vrlt::kernels
