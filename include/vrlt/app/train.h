#pragma once

#include "vrlt/command_line/command_line.h"

namespace vrlt::app {

/// `vrlt-train`: loads the config, opens the run folder, the data and the model, and runs the
/// trainer that the config names.
int run_train(const command_line::CommandLine& command);

}  // namespace vrlt::app
