#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::conversion {

/// What `vrlt-data convert` is asked to do.
struct ConvertCommand {
  std::string format;
  /// An empty split stands for the format's usual one. With a data root a video that ends otherwise
  /// than .mp4 is found.
  data::ConversionRequest request;
  /// Records file; <stem>.meta.json beside it says where it came from.
  std::filesystem::path output;
  /// field, probe or sampled: what `request.measure_seconds` becomes; empty: field.
  std::string video_length;
};

/// Converts, loads what it wrote before the file gets its name, prints what was made, repaired and
/// dropped (counts by kind and the first of them), and compares with the published sizes. @return
/// the exit code.
/// @throws ConfigError for an option that the format does not take; MissingInputError, DataError,
/// DiskError.
int run_convert(const ConvertCommand& command);

}  // namespace vrlt::conversion
