#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::app {

/// The flags of `vrlt-data convert` that a format takes: " --durations --subtitles".
std::string option_names(const data::ConverterEntry& entry);

/// @throws ConfigError for a flag that the format has no use for.
void check_options(const data::ConverterEntry& entry, const data::ConversionRequest& request);

}  // namespace vrlt::app
