#pragma once

#include <filesystem>

namespace vrlt::io {

/// While it lives, no other process (and nobody else in this one) holds the lock of the folder. The
/// system lets go of it when the process ends, however it ends; the folder gets no file.
class FolderLock {
 public:
  /// @throws ConfigError at once if another holds it. Where the file system knows no locks, a
  /// warning is logged and nothing is locked.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&& other) noexcept;
  ~FolderLock();

 private:
  int descriptor_;
};

}  // namespace vrlt::io
