#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace vrlt::checkpoint {

/// A finished checkpoint of a run folder: checkpoints/step-000100.
struct Checkpoint {
  int64_t step = 0;
  std::filesystem::path folder;
};

/// All finished checkpoints, damaged ones too, the newest first. "Finished" is told by the name
/// alone: unfinished ones end in .tmp.
/// @throws DiskError if the folder cannot be listed: that there are none must be known before a run
/// starts over.
std::vector<Checkpoint> list_checkpoints(const std::filesystem::path& run_folder);

/// Writes checkpoints/step-NNNNNN: `fill` writes into a temporary folder, everything is synced,
/// manifest.json (sizes and hashes) is written last, then the folder is renamed. A kill at any
/// point leaves the previous checkpoint as the newest. What was written is removed if it cannot be
/// finished, to give the space back.
/// @param run_folder  exists: one that was moved away meanwhile is not made again.
/// @throws DiskError.
void save_checkpoint(const std::filesystem::path& run_folder, int64_t step,
                     const std::function<void(const std::filesystem::path& folder)>& fill);

/// Says what is wrong with a checkpoint whose files are as its manifest says, by throwing
/// CheckpointError, DataError or MissingInputError.
using CheckContent = std::function<void(const Checkpoint& checkpoint)>;

/// The newest checkpoint whose manifest is sound, whose files have its sizes and hashes, and which
/// `check` finds nothing wrong with; damaged ones are skipped with a warning.
/// @throws DiskError, DataError if one cannot be read or the folder not be listed: nothing is known
/// about it then.
std::optional<Checkpoint> find_latest_checkpoint(const std::filesystem::path& run_folder,
                                                 const CheckContent& check = {});

/// Removes all but the newest `keep` checkpoints, and what interrupted saves left.
/// @param newest_step  of the checkpoint just saved. Those of later steps go too: the run went back
/// behind them because they are damaged. What cannot be removed is left with a warning. @throws
/// DiskError if the folder cannot be listed.
void prune_checkpoints(const std::filesystem::path& run_folder, int64_t keep,
                       int64_t newest_step = std::numeric_limits<int64_t>::max());

}  // namespace vrlt::checkpoint
