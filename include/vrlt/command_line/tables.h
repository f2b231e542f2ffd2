#pragma once

#include <string>

namespace vrlt::command_line {

/// Prints a table of names and their help: what --list takes. @throws ConfigError listing the known
/// tables.
void print_table(const std::string& name);

}  // namespace vrlt::command_line
