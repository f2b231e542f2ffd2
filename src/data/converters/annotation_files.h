#pragma once

#include <functional>

#include "data/converters/annotation_fields.h"
#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// The path, noted as a source of the conversion. @throws MissingInputError naming it and what it
/// should be.
const std::filesystem::path& require_source(const std::filesystem::path& path, const char* what,
                                            Conversion& conversion);

/// A whole JSON file.
io::Json read_annotation_json(const std::filesystem::path& path, const char* what,
                              Conversion& conversion);

/// Calls `visit(fields)` as OddItems::item for every item of a JSON array, of a JSON Lines file
/// (what scripts/parquet_to_jsonl.py writes), of a Parquet or Arrow file or of all of these in a
/// folder; they are told apart by the first bytes. A line that is no JSON is an odd item too.
/// @throws MissingInputError; DataError once for a file that is neither, saying what it is and what
/// to do.
void for_each_item(const std::filesystem::path& path, const char* what, Conversion& conversion,
                   const std::function<void(const AnnotationFields& fields)>& visit);

/// The place of an item, and its id where it has one under a usual name: "FILE: item 3
/// (anet_val8)".
std::string place_of_item(const std::string& place, const io::Json& item);

}  // namespace vrlt::data
