#pragma once

#include <functional>

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// The path, noted as a source of the conversion. @throws MissingInputError naming it and what it should be.
const std::filesystem::path& require_source(const std::filesystem::path& path, const char* what, Conversion& conversion);

/// A whole JSON file.
io::Json read_annotation_json(const std::filesystem::path& path, const char* what, Conversion& conversion);

/// Calls `visit(place, item)` for every item of a JSON array, or of a JSON Lines file (what scripts/parquet_to_jsonl.py writes); they are told
/// apart by the first byte.
/// @throws MissingInputError; DataError with the place, also for a Parquet file (saying how to export it).
void for_each_item(const std::filesystem::path& path, const char* what, Conversion& conversion,
                   const std::function<void(const std::string& place, const io::Json& item)>& visit);

}  // namespace vrlt::data
