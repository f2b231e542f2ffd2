#pragma once

#include <filesystem>
#include <functional>

#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::io {

/// Calls `visit(line_number, value)` for every line (1-based; blank lines skipped).
/// A last line without its line feed is a torn write and is ignored when `tolerate_torn_tail`, read like any other otherwise.
/// @throws MissingInputError; DataError with path:line for a malformed line, and once for a file that is no text in UTF-8 (see io/text.h).
void for_each_jsonl(const std::filesystem::path& path, bool tolerate_torn_tail, const std::function<void(int64_t line, Json value)>& visit);

/// Cuts a JSON Lines file before the first line that `keep` refuses; blank lines go with the line before them. A torn last line is cut off
/// as well. A file that does not exist stays so.
/// @throws DataError, DiskError.
void cut_jsonl(const std::filesystem::path& path, const std::function<bool(int64_t line, const Json& value)>& keep);

/// Appends lines to a JSON Lines file; opening it cuts off a torn last line.
class JsonlAppender {
 public:
  explicit JsonlAppender(const std::filesystem::path& path);
  void append(const Json& value);
  void sync() { file_.sync(); }
  void close() { file_.close(); }

 private:
  FileWriter file_;
};

}  // namespace vrlt::io
