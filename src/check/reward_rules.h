#pragma once

#include <vector>

#include "check/mismatches.h"

namespace vrlt::check {

/// Samples that no reward of accuracy reads, and rewards that read none of the samples.
/// @param purpose  with rewards.
void match_rewards(const Samples& samples, const Purpose& purpose, Mismatches& found);

}  // namespace vrlt::check
