#pragma once

#include <span>
#include <string>

#include "vrlt/settings/algorithm_config.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

/// One row of the table of presets: the published settings of a method. A preset only sets keys of
/// `algorithm`, all of them; keys that the user writes win. Learning rate, group size and rewards
/// are not part of it.
struct PresetEntry {
  const char* name;
  const char* help;
  AlgorithmSection (*section)(const RolloutSection& rollout);
};

std::span<const PresetEntry> preset_table();

/// @throws ConfigError listing the known names.
const PresetEntry& find_preset(const std::string& name);

}  // namespace vrlt::settings
