#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace vrlt::io {

/// A regular file opened for reading from its begin to its end.
class FileReader {
 public:
  /// @throws MissingInputError; DataError if it may not be read or is not a regular file;
  /// DiskError.
  explicit FileReader(std::filesystem::path path);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// The next bytes, `size` of them unless the file ends before. @return how many were read.
  /// @throws DiskError; DataError if the file has become shorter than it was when it was opened.
  size_t read(char* bytes, size_t size);

  /// Bytes anywhere in the file; read() goes on where it was. Any thread may ask.
  /// @throws DiskError; DataError if the file has become too short.
  std::string read_at(uint64_t offset, size_t size) const;

  const std::filesystem::path& path() const { return path_; }
  uint64_t size() const { return size_; }  ///< When it was opened.

 private:
  std::filesystem::path path_;
  uint64_t size_ = 0, done_ = 0;
  int descriptor_;
};

}  // namespace vrlt::io
