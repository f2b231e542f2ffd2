#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vrlt::selection {

/// Shares of hard, medium and easy samples (see the stratum `difficulty`).
using Mixture = std::array<double, 3>;

/// The mixture from a step on.
struct CurriculumKnot {
  int64_t step = 0;
  Mixture weights{};
};

/// The mixture at a step: linear between knots, constant before the first and behind the last; sums
/// to 1.
/// @throws ContractError unless there are knots in the order of steps with weights of at least 0
/// that are not all 0.
Mixture curriculum_at(const std::vector<CurriculumKnot>& knots, int64_t step);

/// Which of the three a prompt is drawn from. @param uniform  in [0, 1), as random_uniform(seed,
/// ..) gives it for a position of the run.
size_t draw_difficulty(const Mixture& mixture, double uniform);

}  // namespace vrlt::selection
