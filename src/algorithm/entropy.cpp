#include "vrlt/algorithm/entropy.h"

#include <ATen/ops/sort.h>

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::algorithm {

double entropy_threshold(const at::Tensor& entropies, double share) {
  VRLT_CHECK(entropies.numel() > 0 && share > 0.0 && share <= 1.0, entropies.numel(),
             " entropies, share ", share);
  // Not at::quantile: it refuses more than 2^24 values.
  const auto sorted = std::get<0>(entropies.to(at::kDouble).sort());
  const double place = (1.0 - share) * static_cast<double>(sorted.numel() - 1);
  const auto below = static_cast<int64_t>(std::floor(place));
  const auto low = sorted[below].item<double>(),
             high = sorted[std::min(below + 1, sorted.numel() - 1)].item<double>();
  return low + (place - std::floor(place)) * (high - low);
}

double adapted_entropy_coef(double coef, double entropy, double target) {
  constexpr double kStep = 0.005;
  return std::max(0.0, coef + (entropy < target ? kStep : -kStep));
}

}  // namespace vrlt::algorithm
