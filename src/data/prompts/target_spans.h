#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data::prompts {

/// The true spans as an answer states them, start and end in seconds of the clip with one decimal:
/// starts not below 0, more decimals where one would leave nothing of a short span, and a tenth of
/// a second for a truth of no length.
/// @throws DataError if the sample has no span, or one that ends before the clip begins.
std::vector<std::pair<std::string, std::string>> target_spans(const Sample& sample);

}  // namespace vrlt::data::prompts
