#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/checkpoint/file_piece.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {

/// What a checkpoint's folder holds.
struct Manifest {
  struct File {
    std::string path;
    uint64_t bytes = 0;
    std::vector<FilePiece> pieces;  ///< They tile the file, in order.
  };

  int64_t step = 0;
  std::vector<File> files;
  /// Were taken out of the checkpoint; one that is still there does not count.
  std::vector<std::string> removed;

  std::vector<FilePiece> pieces() const;
};

inline constexpr const char* kManifestName = "manifest.json";

/// Of what is in the folder. What no rank says to have written is hashed here.
/// @throws CheckpointError naming the bytes of a file that nobody wrote, or several did; DiskError.
Manifest describe_files(const std::filesystem::path& folder, int64_t step,
                        const std::vector<FilePiece>& written);

/// manifest.json: step, and of each file its path, size and hash, or the hashes of its pieces.
io::Json to_json(const Manifest& manifest);

/// @throws CheckpointError naming what is wrong with it, also if it is of another step; DiskError,
/// DataError if it cannot be read: that says nothing about the checkpoint.
Manifest read_manifest(const std::filesystem::path& folder, int64_t step);

/// Compares names and sizes with what is there. @throws CheckpointError for a file that is missing,
/// of another size, or one of state and tensors that is not named; DiskError.
void check_sizes(const std::filesystem::path& folder, const Manifest& manifest);

/// Compares the bytes with the hash.
/// @throws CheckpointError; DiskError, DataError, MissingInputError if they cannot be read.
void check_hash(const std::filesystem::path& folder, const FilePiece& piece);

}  // namespace vrlt::checkpoint
