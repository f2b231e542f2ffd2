#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

namespace vrlt::checkpoint {

/// Consecutive bytes of a file that one rank wrote.
struct FilePiece {
  std::string path;  ///< Relative to the folder of the checkpoint.
  uint64_t offset = 0, bytes = 0;
  std::string sha256;
  int64_t rank = 0;

  uint64_t end() const { return offset + bytes; }
};

/// See RecordWriter.
template <typename Visitor, typename Piece>
requires std::is_same_v<std::remove_const_t<Piece>, FilePiece>
void visit_fields(Visitor& visit, Piece& piece) {
  auto& [path, offset, bytes, sha256, rank] = piece;
  visit(path, offset, bytes, sha256, rank);
}

}  // namespace vrlt::checkpoint
