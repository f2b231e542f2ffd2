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
/// hashes) is written last, then the folder is renamed. A kill at any point leaves the previous checkpoint as the newest. What was written
/// is removed if it cannot be finished, to give the space back.
/// @throws DiskError.
void save_checkpoint(const std::filesystem::path& run_folder, int64_t step, const std::function<void(const std::filesystem::path& folder)>& fill);

/// The newest checkpoint whose manifest is there and whose files have its sizes and hashes; damaged ones are skipped with a warning.
std::optional<Checkpoint> find_latest_checkpoint(const std::filesystem::path& run_folder);

/// Removes all but the newest `keep` checkpoints up to `step`, the one just saved, and what interrupted saves left. Checkpoints of
/// later steps go too: the run went back behind them because they are damaged.
void prune_checkpoints(const std::filesystem::path& run_folder, int64_t step, int64_t keep);

}  // namespace vrlt::checkpoint
