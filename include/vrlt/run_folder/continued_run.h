#pragma once

#include <filesystem>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::run_folder {

/// Tells what a change of the config means for a training run that goes on: each key, and whether
/// the learning rate still is that of a run that had this config from the start.
void tell_what_follows(const std::vector<config::Difference>& changes,
                       const settings::TrainConfig& config,
                       const std::filesystem::path& run_folder);

}  // namespace vrlt::run_folder
