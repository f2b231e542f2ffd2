#pragma once

#include "vrlt/app/run_folder.h"

namespace vrlt::app {

/// `vrlt-eval`: answers the records greedily and scores them; goes on where a killed run stopped.
/// With `rescore: true` it scores the samples.jsonl that is there, without a model.
int run_eval(const CommandLine& command);

/// `vrlt-eval compare BEFORE AFTER`: the paired difference of two evaluation runs of the same records.
int run_compare(const std::filesystem::path& before, const std::filesystem::path& after);

}  // namespace vrlt::app
