#include "checkpoint/hashed_writer.h"

#include <algorithm>
#include <utility>

namespace vrlt::checkpoint {

void HashedWriter::write(const std::filesystem::path& file, uint64_t offset,
                         std::string_view bytes) {
  constexpr uint64_t kCachedBytes = 1 << 20;
  if (!writer_ || piece_.path != file.string()) {
    end_file();
    writer_.emplace(root_ / file);
    piece_ = {.path = file.string(), .offset = offset};
  }
  if (offset != piece_.end()) {
    end_piece();
    piece_.offset = offset;
  }
  while (!bytes.empty()) {
    if (piece_.bytes == max_piece_bytes_) end_piece();
    const auto part = bytes.substr(0, std::min(kCachedBytes, max_piece_bytes_ - piece_.bytes));
    writer_->write(piece_.end(), part);
    digest_.update(part);
    piece_.bytes += part.size();
    bytes.remove_prefix(part.size());
  }
}

std::vector<FilePiece> HashedWriter::finish() {
  end_file();
  return std::move(pieces_);
}

/// The next one begins behind it.
void HashedWriter::end_piece() {
  if (piece_.bytes == 0) return;
  piece_.sha256 = std::exchange(digest_, io::Digest()).hexadecimal();
  pieces_.push_back(piece_);
  piece_.offset = piece_.end();
  piece_.bytes = 0;
}

void HashedWriter::end_file() {
  if (!writer_) return;
  end_piece();
  writer_->close();
  writer_.reset();
}

}  // namespace vrlt::checkpoint
