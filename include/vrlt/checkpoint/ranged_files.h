#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "vrlt/checkpoint/file_piece.h"
#include "vrlt/checkpoint/tensor_piece.h"
#include "vrlt/checkpoint/tensor_spec.h"

namespace vrlt::checkpoint {

/// Safetensors files that many ranks fill. Names, dtypes and shapes alone say where every byte
/// lies, so that each rank writes its part of whole tensors: what comes out is what
/// write_safetensors() and save_sharded() write, for any number of ranks and however the tensors
/// are cut.
class RangedFiles {
 public:
  /// @param stem  of the files' names, perhaps with a folder before it: "model/model" stands for
  /// model/model.safetensors, or for shards and an index as of save_sharded().
  /// @param tensors  all of them, in the order in which they are dealt out to shards.
  /// @throws CheckpointError as write_safetensors().
  RangedFiles(const std::filesystem::path& stem, std::vector<TensorSpec> tensors,
              uint64_t max_shard_bytes = kMaxShardBytes);

  /// Makes the files below `root`, at their full size, and the index. For one rank, before the
  /// others write. @throws DiskError.
  void reserve(const std::filesystem::path& root) const;

  /// Writes pieces into the files and makes them durable; memory is that of kStagingBytes.
  /// @param with_headers  for one rank.
  /// @return what was written, cut at kMaxPieceBytes, in the order of files and offsets.
  /// @throws ContractError if a piece is of no tensor here, or is not as the tensor is; DiskError.
  std::vector<FilePiece> write(const std::filesystem::path& root,
                               const std::vector<TensorPiece>& pieces, bool with_headers) const;

  static constexpr uint64_t kMaxShardBytes = 5'000'000'000;
  /// Of a tensor on another device, so much is on the CPU at a time.
  static constexpr int64_t kStagingBytes = 64 << 20;
  /// What one rank verifies at a time: small enough to be dealt out to many.
  static constexpr uint64_t kMaxPieceBytes = 256 << 20;

 private:
  struct File {
    std::filesystem::path path;  ///< Relative.
    std::string header;
    uint64_t bytes = 0;
  };
  struct Place {
    size_t file = 0;
    uint64_t begin = 0;  ///< In bytes from the start of the file.
    TensorSpec spec;
  };
  struct Source;

  void add_file(const std::filesystem::path& path, std::vector<TensorSpec> tensors);
  Source source_of(const TensorPiece& piece) const;

  std::vector<File> files_;
  std::filesystem::path index_path_;  ///< Empty: there is one file.
  std::string index_;
  std::map<std::string, Place> places_;
};

}  // namespace vrlt::checkpoint
