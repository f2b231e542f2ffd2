#pragma once

#include "vrlt/command_line/command_line.h"

namespace vrlt::app {

/// `vrlt-select`: K responses per sample into an append-only store, statistics, and the samples
/// worth training on. A killed run goes on and ends with the same files.
int run_select(const command_line::CommandLine& command);

}  // namespace vrlt::app
