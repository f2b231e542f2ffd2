#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace vrlt::checkpoint {

/// A finished checkpoint of a run folder: checkpoints/step-000100.
struct Checkpoint {
  int64_t step = 0;
  std::filesystem::path folder;
};

/// Writes checkpoints/step-NNNNNN: `fill` writes into a temporary folder, everything is synced, manifest.json (sizes and
/// hashes) is written last, then the folder is renamed. A kill at any point leaves the previous checkpoint as the newest.
/// @throws DiskError.
void save_checkpoint(const std::filesystem::path& run_folder, int64_t step, const std::function<void(const std::filesystem::path& folder)>& fill);

/// The newest checkpoint whose manifest is there and whose files have its sizes and hashes; damaged ones are skipped with a warning.
std::optional<Checkpoint> find_latest_checkpoint(const std::filesystem::path& run_folder);

/// Removes all but the newest `keep` checkpoints, and what interrupted saves left.
void prune_checkpoints(const std::filesystem::path& run_folder, int64_t keep);

}  // namespace vrlt::checkpoint
