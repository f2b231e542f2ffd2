#include "vrlt/command_line/printed_config.h"

#include "vrlt/config/all_keys.h"
#include "vrlt/config/json_schema.h"
#include "vrlt/config/load.h"

namespace vrlt::command_line {

std::string printed_config(const CommandLine& command,
                           const std::function<void(config::FieldVisitor&)>& visit) {
  if (command.print_schema) return config::json_schema(visit, command.program);
  return command.config.empty() ? config::all_keys_yaml(visit)
                                : config::to_yaml(visit, /*with_help=*/true);
}

}  // namespace vrlt::command_line
