#pragma once

#include "vrlt/app/run_folder.h"

namespace vrlt::app {

/// `vrlt-train`: loads the config, opens the run folder, the data and the model, and runs the
/// trainer that the config names.
int run_train(const CommandLine& command);

}  // namespace vrlt::app
