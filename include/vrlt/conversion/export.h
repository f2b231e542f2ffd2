#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::conversion {

/// What `vrlt-data export` is asked to do.
struct ExportCommand {
  std::string format;
  std::vector<std::filesystem::path> records;
  std::vector<std::filesystem::path> samples;  ///< samples.jsonl of an evaluation of these records.
  /// File, or folder if the format writes several files.
  std::filesystem::path output;
};

/// @return the exit code. @throws ConfigError, MissingInputError, DataError, DiskError.
int run_export(const ExportCommand& command);

}  // namespace vrlt::conversion
