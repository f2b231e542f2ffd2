#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/checkpoint/ranged_files.h"
#include "vrlt/distributed/process_group.h"

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

/// What the ranks write together.
struct Content {
  /// Writes the small files into the folder; on rank 0 only.
  std::function<void(const std::filesystem::path& folder)> fill;

  struct Tensors {
    RangedFiles files;                ///< The same on every rank.
    std::vector<TensorPiece> pieces;  ///< Of this rank; those of all ranks tile the tensors.
  };
  std::vector<Tensors> tensors = {};

  /// What a rank wrote is read by the next one before anything is committed: a file system that
  /// does not merge what several machines write into a file is found out.
  bool read_back = false;
};

/// Writes checkpoints/step-NNNNNN, all ranks together. Rank 0 makes a temporary folder with the
/// small files and room for the tensors; every rank writes and hashes its pieces and syncs them;
/// manifest.json (sizes and hashes) is written last, then the folder is renamed. A kill of any rank
/// at any point leaves the previous checkpoint as the newest, or this one whole. If it cannot be
/// finished, what was written is removed, to give the space back.
/// @param run_folder  exists: one that was moved away meanwhile is not made again.
/// @throws DiskError on every rank, whichever it hit; CheckpointError if the pieces do not tile the
/// tensors.
void save_checkpoint(const std::filesystem::path& run_folder, int64_t step, const Content& content,
                     distributed::ProcessGroup& group = distributed::single_process());

/// Says what is wrong with a checkpoint whose files are as its manifest says, by throwing
/// CheckpointError, DataError or MissingInputError.
using CheckContent = std::function<void(const Checkpoint& checkpoint)>;

/// The newest checkpoint whose manifest is sound, whose files have its sizes and hashes, and which
/// `check` finds nothing wrong with; damaged ones are skipped with a warning. The ranks hash a part
/// each and have the same answer, whatever they see of a shared file system.
/// @param check  called on rank 0.
/// @throws DiskError, DataError if one cannot be read or the folder not be listed: nothing is known
/// about it then.
std::optional<Checkpoint> find_latest_checkpoint(
    const std::filesystem::path& run_folder, const CheckContent& check = {},
    distributed::ProcessGroup& group = distributed::single_process());

/// Removes all but the newest `keep` checkpoints, and what interrupted saves left.
/// @param newest_step  of the checkpoint just saved. Those of later steps go too: the run went back
/// behind them because they are damaged. What cannot be removed is left with a warning.
/// @param spared_step  of one that stays besides. @throws DiskError if the folder cannot be listed.
void prune_checkpoints(const std::filesystem::path& run_folder, int64_t keep,
                       int64_t newest_step = std::numeric_limits<int64_t>::max(),
                       std::optional<int64_t> spared_step = {});

/// Makes checkpoints/best lead to the checkpoint of a step, which is there; none: to nothing. A
/// file system without links is warned of.
void link_best_checkpoint(const std::filesystem::path& run_folder, std::optional<int64_t> step);

/// The files that belong to a finished checkpoint, as its manifest says. @throws CheckpointError,
/// DiskError, DataError.
std::vector<std::string> files_of(const Checkpoint& checkpoint);

/// Takes files out of a finished checkpoint, which stays sound without them; a kill at any point
/// leaves it so. @param which  by the path in its folder. @throws as files_of(), DiskError.
void remove_files(const Checkpoint& checkpoint,
                  const std::function<bool(const std::string& path)>& which);

/// Removes what interrupted saves left, as prune_checkpoints() does.
void remove_unfinished(const std::filesystem::path& run_folder);

}  // namespace vrlt::checkpoint
