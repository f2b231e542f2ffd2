#pragma once

#include <span>
#include <string>

#include "vrlt/selection/filter_config.h"

namespace vrlt::selection {

/// One row of the table of presets: the published settings of a method. A preset only sets keys of
/// `filter`, all of them; keys that the user writes win.
struct FilterPreset {
  const char* name;
  const char* help;
  FilterConfig (*config)();
};

std::span<const FilterPreset> filter_presets();

/// @throws ConfigError listing the known names.
const FilterPreset& find_filter_preset(const std::string& name);

}  // namespace vrlt::selection
