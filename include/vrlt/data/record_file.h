#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// A line of a records file that is not blank.
struct RecordLine {
  std::string place;      ///< "path:line", for errors.
  int64_t number = 0;     ///< 1-based.
  uint64_t offset = 0;    ///< In the file, bytes.
  std::string_view text;  ///< Without its line feed; valid until the next one.
};

/// Calls `visit` for each line of a records file that is not blank. All programs that read records
/// begin here.
/// @throws MissingInputError; DataError, once for the whole file, where it is no JSON Lines (a
/// list, a table, an archive, ...) or holds rows of another project (conversations, messages, ...):
/// the message says what it is and what to do, in one line.
void for_each_record_line(const std::filesystem::path& path,
                          const std::function<void(const RecordLine& line)>& visit);

/// The same, parsed. @throws as above; DataError with path:line for a line that is no JSON.
void for_each_record(const std::filesystem::path& path,
                     const std::function<void(const std::string& place, io::Json record)>& visit);

/// Whose row this is and what to do about it: "conversations of LLaVA or ShareGPT, ...". Nothing
/// for a record of ours and for what is not known.
/// @param file  that the row stands in, for the commands of the message.
std::string foreign_row(const io::Json& row, const std::filesystem::path& file);

}  // namespace vrlt::data
