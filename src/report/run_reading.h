#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::report {

// Files of run folders grow with the run: they are read line by line, and what is kept is what is
// shown.

/// Visits the lines of a JSON Lines file of a run; none if there is no such file. @throws DataError
/// with path:line; DiskError.
void for_each_line(const std::filesystem::path& path,
                   const std::function<void(const io::Json& line)>& visit);

/// At most `count` of the lines that hold `mark`, spread evenly from the first to the last one;
/// only these are parsed.
std::vector<io::Json> spread_lines(const std::filesystem::path& path, std::string_view mark,
                                   size_t count);

/// A JSON file of a run. @throws MissingInputError, DataError, DiskError.
io::Json read_own_json(const std::filesystem::path& path);

}  // namespace vrlt::report
