#pragma once

#include <string>

#include "vrlt/data/exporter_table.h"

namespace vrlt::data {

/// The answer to a sample; null, and a note, if there is none.
const Prediction* find_prediction(const Predictions& predictions, const Sample& sample,
                                  Export& result);

/// A text below the record's "native". @throws DataError for records that were converted from
/// elsewhere.
std::string native(const Sample& sample, const char* key);

/// @throws DataError if the sample is in no such group.
const std::string& group(const Sample& sample, const char* key);

/// The question as annotated.
const std::string& raw_question(const Sample& sample);

/// "A" for option 0.
std::string letter(int64_t option);

/// "A" for the right option. @throws DataError if the sample has none.
std::string right_letter(const Sample& sample);

/// Indented, with a line feed at the end; bytes that are not UTF-8 become U+FFFD.
std::string pretty(const io::Json& json);

}  // namespace vrlt::data
