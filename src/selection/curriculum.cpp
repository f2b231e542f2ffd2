#include "vrlt/selection/curriculum.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

Mixture normalized(const Mixture& weights) {
  double sum = 0.0;
  for (const double weight : weights) {
    VRLT_CHECK(weight >= 0, "a weight of ", weight);
    sum += weight;
  }
  VRLT_CHECK(sum > 0, "a mixture of nothing");
  auto shares = weights;
  for (double& share : shares) share /= sum;
  return shares;
}

}  // namespace

Mixture curriculum_at(const std::vector<CurriculumKnot>& knots, int64_t step) {
  VRLT_CHECK(!knots.empty(), "a curriculum without knots");
  VRLT_CHECK(std::is_sorted(knots.begin(), knots.end(),
                            [](const auto& a, const auto& b) { return a.step <= b.step; }),
             "knots out of order");
  const auto after =
      std::find_if(knots.begin(), knots.end(), [&](const auto& knot) { return knot.step > step; });
  if (after == knots.begin()) return normalized(knots.front().weights);
  if (after == knots.end()) return normalized(knots.back().weights);
  const auto& before = *(after - 1);
  const double place =
      static_cast<double>(step - before.step) / static_cast<double>(after->step - before.step);
  const auto from = normalized(before.weights), to = normalized(after->weights);
  Mixture mixture{};
  for (size_t i = 0; i < mixture.size(); ++i) mixture[i] = from[i] + place * (to[i] - from[i]);
  return mixture;
}

size_t draw_difficulty(const Mixture& mixture, double uniform) {
  double below = 0.0;
  for (size_t i = 0; i + 1 < mixture.size(); ++i) {
    below += mixture[i];
    if (uniform < below) return i;
  }
  return mixture.size() - 1;
}

}  // namespace vrlt::selection
