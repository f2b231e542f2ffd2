#include "vrlt/kernels/vocabulary.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cpu/exp_of_negative.h"

namespace vrlt::kernels {

VRLT_SIMD void add_logits(const float* logits, int64_t size, float scale, RowSums& sums) {
  float largest = -std::numeric_limits<float>::infinity();
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < size; ++i) largest = logits[i] > largest ? logits[i] : largest;
  largest = std::max(largest * scale, sums.largest);
  float total = 0.0F, moment = 0.0F;
#pragma omp simd reduction(+ : total, moment)
  for (int64_t i = 0; i < size; ++i) {
    const float below = logits[i] * scale - largest, weight = exp_of_negative(below);
    total += weight;
    // a weight of next to nothing must not meet an infinity
    moment += weight * (below < -87.0F ? -87.0F : below);
  }
  if (sums.total > 0.0) {  // else 0 * -infinity
    const double shift = static_cast<double>(sums.largest) - largest, rescaled = std::exp(shift);
    sums.moment = (sums.moment + sums.total * shift) * rescaled;
    sums.total *= rescaled;
  }
  sums.largest = largest;
  sums.total += total;
  sums.moment += moment;
}

VRLT_SIMD void weigh(float* logits, int64_t size, float scale, float normalizer, float factor) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i)
    logits[i] = exp_of_negative(logits[i] * scale - normalizer) * factor;
}

VRLT_SIMD void weigh_linearly(float* logits, int64_t size, float scale, float normalizer,
                              float factor, float slope) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) {
    const float log_prob = logits[i] * scale - normalizer,
                bounded = log_prob < -87.0F ? -87.0F : log_prob;
    logits[i] = exp_of_negative(bounded) * (factor + slope * bounded);
  }
}

}  // namespace vrlt::kernels
