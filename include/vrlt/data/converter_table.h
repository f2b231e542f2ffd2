#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// What a converter made of an annotation file.
struct Conversion {
  std::vector<io::Json> records;   ///< Lines of a records file, in the order of the source.
  std::vector<std::string> notes;  ///< What was repaired or dropped, with its place.
};

/// One row of the table of annotation formats we read.
struct ConverterEntry {
  const char* name;
  const char* help;
  /// @param split  train, test, ...: goes into the ids and the records.
  /// @throws MissingInputError; DataError with path:line for a line that is not of the format.
  Conversion (*convert)(const std::filesystem::path& annotations, const std::string& split);
};

std::span<const ConverterEntry> converter_table();

/// @throws ConfigError listing the known names.
const ConverterEntry& find_converter(const std::string& name);

}  // namespace vrlt::data
