#pragma once

#include <string>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::selection {

/// SHA-256 of what a sample asks, whatever its id: canonical JSON (sorted keys, numbers with 17
/// digits) of video, images, clip, question, options, truth and task.
std::string sample_key(const data::Sample& sample);

/// @throws DataError naming two samples that ask the same: one would be drawn and trained on twice.
void check_keys(const std::vector<data::Sample>& samples);

}  // namespace vrlt::selection
