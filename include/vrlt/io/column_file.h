#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

#include "vrlt/io/json.h"

namespace vrlt::io {

/// Whether this build reads tables that are stored by columns: that takes libparquet, which
/// `scripts/bootstrap.sh --parquet` fetches before the build is configured.
bool reads_column_files();

/// Whether a file is such a table, by its first bytes: Parquet, or Arrow's file or stream format,
/// as the datasets library saves it.
bool is_column_file(std::string_view head);

/// Calls `visit` for each row, as an object by the names of its columns. Lists, structs and maps
/// become lists and objects; numbers keep their kind; times, dates and decimals become text; NaN
/// and infinity become null. Bytes that are no text become {"num_bytes": N}: they are pictures or
/// sound, and nothing here reads them from a table.
/// Rows are read some at a time, in their order.
/// @throws MissingInputError; DataError with the path for a file that is no such table or is
/// broken; ConfigError in a build that reads none.
void for_each_column_row(const std::filesystem::path& path,
                         const std::function<void(int64_t index, const Json& row)>& visit);

}  // namespace vrlt::io
