#pragma once

#include "vrlt/data/bad_truths.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::opening {

/// read_samples of opened_model.h, with another rule for truths that no answer can meet.
std::vector<data::Sample> read_samples(const settings::DataSection& data,
                                       data::BadTruths bad_truths);

}  // namespace vrlt::opening
