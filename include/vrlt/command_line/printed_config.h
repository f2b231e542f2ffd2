#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "vrlt/command_line/command_line.h"
#include "vrlt/config/fields.h"
#include "vrlt/config/load.h"

namespace vrlt::command_line {

/// What --print-config prints: the resolved config with the help of every key; without a config
/// every key there is. What --print-schema prints: the JSON Schema of all keys.
std::string printed_config(const CommandLine& command,
                           const std::function<void(config::FieldVisitor&)>& visit);

/// Prints it for a config of any program.
template <typename Config>
void print_config(const CommandLine& command, Config config) {
  std::fputs(
      printed_config(command, [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); })
          .c_str(),
      stdout);
}

/// The resolved config alone: what a run folder keeps and a run that goes on is compared by.
template <typename Config>
std::string yaml_of(Config config) {
  return config::to_yaml([&](config::FieldVisitor& visitor) { visit_fields(visitor, config); },
                         /*with_help=*/false);
}

}  // namespace vrlt::command_line
