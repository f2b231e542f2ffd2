#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vrlt/command_line/command_line.h"

namespace CLI {
class App;
}

namespace vrlt::command_line {

/// A flag that stands for a key of the config.
struct KeyFlag {
  const char* name;   ///< "--limit"
  const char* key;    ///< "data.max_samples"
  const char* value;  ///< What it takes, for --help; null: nothing, and the key becomes true.
  const char* help;
  const char* before = "";  ///< Around the value, as the config wants it: "[" and "]".
  const char* behind = "";
};

/// Whether a program has --fit.
enum class SearchesFit { kNo, kYes };

/// Parses what every program takes, prints --help and --version, runs `body` guarded.
/// @param tables  names that --list accepts.
int run_program(int argc, char** argv, const std::string& name, const std::string& description,
                const std::vector<std::string>& tables,
                const std::function<int(const CommandLine&)>& body,
                const std::vector<KeyFlag>& flags = {},
                SearchesFit searches_fit = SearchesFit::kNo);

/// Parses the command line (help and version: 0; a mistake: 2), sets up logging and signals, runs
/// `body` guarded.
int run_parsed(CLI::App& cli, int argc, char** argv, const std::function<int()>& body);

/// Runs `body` and turns what it throws into an exit code: the one place that catches.
int guarded(const std::function<int()>& body);

}  // namespace vrlt::command_line
