#pragma once

#include "vrlt/data/exporter_table.h"

namespace vrlt::data {

/// The training file of Temporal-R1: a list of {"dataset", "video", "problem", "solution",
/// "video_length"}. Records that came from such a file are written back as they were; others need
/// one span and a duration, and get the seed's problem.
Export export_seed_train(const std::vector<const Sample*>& samples, const Predictions& predictions);

}  // namespace vrlt::data
