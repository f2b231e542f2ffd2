#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "vrlt/checkpoint/file_piece.h"
#include "vrlt/distributed/process_group.h"

namespace vrlt::checkpoint {

/// What is wrong with a checkpoint, or empty, as one rank has found: the same on all of them.
/// @param looks  whether this rank calls `look`, which throws CheckpointError to say what is wrong;
/// any other error says nothing about the checkpoint, and every rank throws it.
std::string agreed_defect(distributed::ProcessGroup& group, bool looks,
                          const std::function<void()>& look);

/// The bytes of a checkpoint against their hashes, each rank a part of them.
std::string hash_defect(distributed::ProcessGroup& group, const std::filesystem::path& folder,
                        const std::vector<FilePiece>& pieces);

/// Each piece is read by another rank than wrote it, if there is one.
std::string exchange_defect(distributed::ProcessGroup& group, const std::filesystem::path& folder,
                            const std::vector<FilePiece>& written);

}  // namespace vrlt::checkpoint
