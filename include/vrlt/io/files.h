#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace vrlt::io {

/// The whole file. @throws MissingInputError if there is none; DataError above `max_bytes`, or if
/// it is not a regular file or a Git LFS pointer.
std::string read_file(const std::filesystem::path& path, uint64_t max_bytes);

/// Whether a file is what a clone without Git LFS holds in place of a large file. Source: the
/// specification of git-lfs.
bool is_lfs_pointer(std::string_view bytes);

/// What such a file is, and what to do.
inline constexpr const char* kLfsPointerHint =
    "a Git LFS pointer, not the file itself; fetch it with \"git lfs pull\"";

/// Writes `bytes` to a new file beside `path`, syncs, and renames it over `path`: a reader sees the
/// old or the new content.
/// @throws DiskError naming the path and the system's reason.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

/// Makes a rename in `folder` durable.
void sync_folder(const std::filesystem::path& folder);

/// mkdir -p. @throws DiskError.
void create_folders(const std::filesystem::path& folder);

/// SHA-256 of bytes or of a file, in lower-case hexadecimal.
std::string sha256(std::string_view bytes);
std::string sha256_file(const std::filesystem::path& path);

/// A file opened for writing; every write, the sync and the close are checked.
class FileWriter {
 public:
  enum class Mode { kCreate, kAppend };  ///< kCreate truncates; kAppend keeps what is there.

  FileWriter(std::filesystem::path path, Mode mode);
  ~FileWriter();  ///< Closes without reporting; call close() to learn of errors.
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&&) = delete;

  void write(std::string_view bytes);
  void sync();   ///< fsync
  void close();  ///< fsync and close
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
};

/// A read-only memory map of a whole regular file.
class MappedFile {
 public:
  /// @throws MissingInputError; DataError if it is not a regular file or a Git LFS pointer.
  explicit MappedFile(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace vrlt::io
