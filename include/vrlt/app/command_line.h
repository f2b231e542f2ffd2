#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vrlt/app/run_folder.h"

namespace vrlt::app {

/// Parses what every program takes, prints --help and --version, runs `body`, and turns errors into exit codes: the one place that catches.
/// @param tables  names that --list accepts.
int run_program(int argc, char** argv, const std::string& name, const std::string& description, const std::vector<std::string>& tables,
                const std::function<int(const CommandLine&)>& body);

/// Prints a table of names and their help.
void print_table(const std::string& name);

}  // namespace vrlt::app
