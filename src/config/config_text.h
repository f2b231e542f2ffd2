#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/config/load.h"

namespace vrlt::config {

/// The text of a config file: a mark of UTF-8 is gone, lines end as they did.
/// @throws MissingInputError; ConfigError for another encoding, a container, or more bytes than a
/// config has.
std::string read_config_text(const std::filesystem::path& file);

/// What a YAML parser lets through or tells at the wrong place, as file:line:column: control
/// characters, bytes that are no UTF-8, and a quote that is not closed on its line: it would
/// swallow the keys below it.
std::vector<std::string> mistakes_of_text(const std::string& text, const std::string& origin);

/// The place of the first tab that indents a line, up to line `last_line` (0-based), or empty: YAML
/// indents with spaces, and its parser speaks of other things.
std::string place_of_tab(const std::string& text, const std::string& origin, int last_line);

}  // namespace vrlt::config
