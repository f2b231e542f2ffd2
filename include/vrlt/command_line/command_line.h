#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::command_line {

/// Whether a run goes on from what its folder holds.
enum class Resume { kAuto, kNever, kMust };

/// What every program takes.
struct CommandLine {
  std::string program;  ///< "vrlt-train", "vrlt-data synth"
  std::filesystem::path config;
  std::vector<std::string> overrides;
  Resume resume = Resume::kAuto;
  bool print_config = false;
  bool print_schema = false;  ///< With print_config: as JSON Schema.
  bool dry_run = false;
  /// A dry run tells what a run of so many ranks costs; 0: as many as were started.
  int64_t ranks = 0;
  std::string card;  ///< The size of a device that a dry run is for; empty: the one at hand.
  std::string fit;   ///< Cards that settings are searched for; empty: none are.
  std::string list;  ///< Name of a table to print.
  std::vector<std::string> arguments;  ///< As typed, for command.txt.
};

}  // namespace vrlt::command_line
