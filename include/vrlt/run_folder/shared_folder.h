#pragma once

#include <filesystem>

#include "vrlt/distributed/process_group.h"

namespace vrlt::run_folder {

/// Whether all ranks see the run folder of rank 0: a checkpoint is written by all of them.
/// @throws ConfigError's exit code on every rank, naming one that does not; DiskError.
void check_shared_folder(const std::filesystem::path& folder, distributed::ProcessGroup& group);

}  // namespace vrlt::run_folder
