#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::selection_run {

std::string to_lines(const std::vector<io::Json>& lines);

/// Visits each line of a text. @param origin  for errors.
void for_each_line(std::string_view text, const std::string& origin,
                   const std::function<void(const io::Json& line)>& visit);

/// @param origin  for errors.
std::vector<io::Json> parse_lines(std::string_view text, const std::string& origin);

/// The beginning of a line up to and with its member "summary", closed to an object of its own;
/// empty if there is no such member. The texts of responses behind it are most of a line, and need
/// not be read to choose among samples.
std::string head_of(std::string_view line);

/// The line as it is stored: with a hash of itself in a last member "sha", so that it is noticed
/// when somebody edits an answer.
std::string stamped(const io::Json& line);

struct StoredLine {
  int64_t number = 0;       ///< 1-based.
  uint64_t end_offset = 0;  ///< Behind its line feed.
  io::Json value;
};

/// Visits the lines of a file; a torn last line is left out. @param heads  parse no more of a line
/// than its head, if it has one. Each line is compared with its hash. A file whose first line has
/// none was written by an older version: its edits go unnoticed.
/// @throws MissingInputError, DataError with path:line; DiskError.
void for_each_stored_line(const std::filesystem::path& path, bool heads,
                          const std::function<void(StoredLine line)>& visit);

/// Makes a file that is longer end at `size`. One that is shorter, or not there, has lost what it
/// must have.
/// @return whether it was longer. @throws DiskError.
bool cut_file(const std::filesystem::path& path, uint64_t size);

}  // namespace vrlt::selection_run
