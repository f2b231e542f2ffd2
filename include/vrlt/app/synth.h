#pragma once

#include "vrlt/app/run_folder.h"

namespace vrlt::app {

/// `vrlt-data synth`: renders labelled clips, writes records for training and evaluation, and a
/// tiny model folder without weights.
int run_synth(const CommandLine& command);

}  // namespace vrlt::app
