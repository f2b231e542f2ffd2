#pragma once

#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::app {

/// Prints how many samples and videos there are of each benchmark, split and task, and what differs
/// from the published sizes.
void print_sample_counts(const std::vector<data::Sample>& samples);

}  // namespace vrlt::app
