#pragma once

#include <optional>
#include <string>

#include "vrlt/io/files.h"

namespace vrlt::io {

/// A new file that is written piece by piece beside `path` and takes its place when it is whole.
/// Memory is that of a block.
class ReplacingFile {
 public:
  /// @throws DiskError, as everything else here.
  explicit ReplacingFile(std::filesystem::path path);
  ~ReplacingFile();  ///< Removes what was written if it did not take its place.
  ReplacingFile(const ReplacingFile&) = delete;
  ReplacingFile& operator=(const ReplacingFile&) = delete;

  void write(std::string_view bytes);
  void replace();  ///< Syncs and renames.

 private:
  void flush();

  std::filesystem::path path_, temporary_;
  std::optional<FileWriter> writer_;
  std::string block_;
};

}  // namespace vrlt::io
