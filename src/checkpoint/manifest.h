#pragma once

#include <cstdint>
#include <filesystem>

#include "vrlt/io/json.h"

namespace vrlt::checkpoint {

/// manifest.json of what a checkpoint's folder holds: step, and of each file its path, size and
/// hash.
io::Json describe_files(const std::filesystem::path& folder, int64_t step);

/// Compares a checkpoint with its manifest.
/// @throws CheckpointError naming what is wrong: with the manifest itself, of another step, or with
/// a file that is missing, not as it says, or one of state and tensors that it does not name.
/// DiskError, DataError if a file cannot be read: that says nothing about the checkpoint.
void check_files(const std::filesystem::path& folder, int64_t step);

}  // namespace vrlt::checkpoint
