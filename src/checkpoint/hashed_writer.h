#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "vrlt/checkpoint/file_piece.h"
#include "vrlt/io/digest.h"
#include "vrlt/io/range_writer.h"

namespace vrlt::checkpoint {

/// Writes ranges of files that exist and hashes them on the way, while the bytes are in the cache.
class HashedWriter {
 public:
  /// @param max_piece_bytes  longer ranges are hashed in several pieces.
  HashedWriter(std::filesystem::path root, uint64_t max_piece_bytes)
      : root_(std::move(root)), max_piece_bytes_(max_piece_bytes) {}

  /// Ranges come in the order of files, and of offsets in a file. Those that touch are one piece.
  void write(const std::filesystem::path& file, uint64_t offset, std::string_view bytes);

  /// Makes everything durable. To be called once, at the end.
  std::vector<FilePiece> finish();

 private:
  void end_piece();
  void end_file();

  std::filesystem::path root_;
  uint64_t max_piece_bytes_;
  std::vector<FilePiece> pieces_;
  std::optional<io::RangeWriter> writer_;
  FilePiece piece_;  ///< Being written; its path is that of the open file.
  io::Digest digest_;
};

}  // namespace vrlt::checkpoint
