#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace vrlt::io {

/// Makes a new file of so many bytes with room for all of them, where the file system can promise
/// that: a full disk shows before the first byte is written. @throws DiskError.
void reserve_file(const std::filesystem::path& path, uint64_t bytes);

/// A file of a known size that several processes fill, each ranges of its own.
class RangeWriter {
 public:
  /// @throws DiskError, also if there is no such file; so do the other calls.
  explicit RangeWriter(std::filesystem::path path);
  ~RangeWriter();  ///< Closes without reporting; call close() to learn of errors.
  RangeWriter(const RangeWriter&) = delete;
  RangeWriter& operator=(const RangeWriter&) = delete;

  void write(uint64_t offset, std::string_view bytes);
  void close();  ///< fdatasync and close

 private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace vrlt::io
