#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::app {

std::string to_lines(const std::vector<io::Json>& lines);

/// @param origin  for errors.
std::vector<io::Json> parse_lines(std::string_view text, const std::string& origin);

/// The beginning of a line up to and with its member "summary", closed to an object of its own; empty if there is no such member. The
/// texts of responses behind it are most of a line, and need not be read to choose among samples.
std::string head_of(std::string_view line);

struct StoredLine {
  int64_t number = 0;       ///< 1-based.
  uint64_t end_offset = 0;  ///< Behind its line feed.
  io::Json value;
};

/// Visits the lines of a file; a torn last line is left out. @param heads  read no more of a line than its head, if it has one.
/// @throws MissingInputError, DataError with path:line.
void for_each_stored_line(const std::filesystem::path& path, bool heads, const std::function<void(StoredLine line)>& visit);

/// Makes a file that is longer end at `size`; one that does not exist stays so. @throws DiskError.
void cut_file(const std::filesystem::path& path, uint64_t size);

}  // namespace vrlt::app
