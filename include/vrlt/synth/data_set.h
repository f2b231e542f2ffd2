#pragma once

#include "vrlt/settings/synth_config.h"

namespace vrlt::synth {

/// Renders the clips of both splits, with their records, and makes a model folder without weights
/// whose tokenizer knows what the records say. @throws DiskError.
void write_data_set(const settings::SynthConfig& config);

}  // namespace vrlt::synth
