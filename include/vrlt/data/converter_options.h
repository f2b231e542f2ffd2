#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// The flags of `vrlt-data convert` that a format takes: " --durations --subtitles".
std::string option_names(const ConverterEntry& entry);

/// @throws ConfigError for a flag that the format has no use for.
void check_options(const ConverterEntry& entry, const ConversionRequest& request);

}  // namespace vrlt::data
