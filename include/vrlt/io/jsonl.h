#pragma once

#include <filesystem>
#include <functional>

#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::io {

/// Calls `visit(line_number, value)` for every line (1-based; blank lines skipped).
/// A last line without its line feed is a torn write and is ignored when `tolerate_torn_tail`, read like any other otherwise.
/// @throws MissingInputError; DataError with path:line for a malformed line.
void for_each_jsonl(const std::filesystem::path& path, bool tolerate_torn_tail,
                    const std::function<void(int64_t line, Json value)>& visit);

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
