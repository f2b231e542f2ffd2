#pragma once

#include <filesystem>
#include <functional>

#include "vrlt/io/files.h"
#include "vrlt/io/own_json.h"

namespace vrlt::io {

/// Calls `visit(line_number, value)` for every line (1-based; blank lines skipped).
/// A last line without its line feed is a torn write and is ignored when `tolerate_torn_tail`, read
/// like any other otherwise.
/// @param limits  of a line; those of foreign files if nothing else is said.
/// @throws MissingInputError; DataError with path:line for a malformed line, and once for a file
/// that is no text in UTF-8 (see io/text.h).
void for_each_jsonl(const std::filesystem::path& path, bool tolerate_torn_tail,
                    const std::function<void(int64_t line, Json value)>& visit,
                    const JsonLimits& limits = {});

/// Cuts one of our own JSON Lines files before the first line that `keep` refuses; blank lines go
/// with the line before them. A torn last line is cut off as well. A file that does not exist stays
/// so.
/// @throws DataError also if a line that `keep` takes stands behind one that it refuses: nothing is
/// cut then; DiskError.
void cut_jsonl(const std::filesystem::path& path,
               const std::function<bool(int64_t line, const Json& value)>& keep);

/// Appends lines to a JSON Lines file; opening it cuts off a torn last line.
class JsonlAppender {
 public:
  explicit JsonlAppender(const std::filesystem::path& path);
  void append(const Json& value) { append_line(to_line(value)); }
  /// @param line  of JSON, without its line feed.
  /// @throws DiskError also if the file is no longer what its path names: the system would go on
  /// writing into a file that nobody finds.
  void append_line(const std::string& line);
  void sync() { file_.sync(); }
  void close() { file_.close(); }

 private:
  FileWriter file_;
  uint64_t device_ = 0, inode_ = 0;
};

}  // namespace vrlt::io
