#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "vrlt/io/file_reader.h"

namespace vrlt::io {

/// The lines of a regular file, one after the other. Memory is that of the longest line, however
/// large the file is.
class LineReader {
 public:
  /// A mark of UTF-8 at its start is no part of the first line.
  /// @throws as FileReader; DataError for a file that is no text in UTF-8 (see io/text.h).
  explicit LineReader(std::filesystem::path path);

  /// Goes on to the next line; false behind the last one.
  /// @throws DataError if the file has become shorter than it was when it was opened; DiskError.
  bool next();

  /// Without its line feed; valid until next().
  std::string_view line() const { return line_; }
  bool has_line_feed() const { return has_line_feed_; }  ///< False for a torn last line.
  int64_t number() const { return number_; }             ///< 1-based.
  /// Where the line ends in the file, behind the line feed.
  uint64_t end_offset() const { return end_offset_; }

 private:
  bool fill();

  FileReader file_;
  std::string buffer_;
  size_t begin_ = 0;  ///< Where in the buffer the text begins that has not been given yet.
  std::string_view line_;
  bool has_line_feed_ = false;
  int64_t number_ = 0;
  uint64_t end_offset_ = 0;
};

}  // namespace vrlt::io
