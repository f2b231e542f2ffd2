#pragma once

#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// Prints how many samples and videos there are of each benchmark, split and task, and what differs
/// from the published sizes.
void print_sample_counts(const std::vector<Sample>& samples);

}  // namespace vrlt::data
