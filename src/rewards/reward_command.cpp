#include "vrlt/rewards/reward_command.h"

#include <algorithm>

#include "vrlt/config/fields.h"
#include "vrlt/io/command_words.h"

namespace vrlt::rewards {

bool RewardCommand::reads(data::Task task) const {
  return !greeting || greeting->tasks.empty() ||
         std::find(greeting->tasks.begin(), greeting->tasks.end(), task) != greeting->tasks.end();
}

void visit_fields(config::FieldVisitor& v, RewardCommand& c) {
  v.field({.name = "command",
           .help = "a program of yours that scores responses; not given to a shell",
           .required = true},
          c.command);
  v.field({.name = "timeout",
           .help = "seconds for the responses to one prompt; then they have no value and the "
                   "program is started anew",
           .min = 0.001,
           .max = 86400},
          c.timeout);
  v.field({.name = "start_timeout",
           .help = "seconds from its start to its greeting",
           .min = 0.001,
           .max = 86400},
          c.start_timeout);
  v.field({.name = "workers", .help = "processes of it on each rank", .min = 1, .max = 256},
          c.workers);
  v.field({.name = "max_failed",
           .help = "share of responses without a value beyond which the run stops",
           .min = 0,
           .max = 1},
          c.max_failed);
}

const RewardCommand* RewardCommands::find(const std::string& line) const {
  const auto found = std::find_if(items.begin(), items.end(),
                                  [&](const auto& item) { return item.command == line; });
  return found == items.end() ? nullptr : &*found;
}

std::vector<std::filesystem::path> files_of(const RewardCommand& command) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  for (const auto& word : io::command_words(command.command))
    if (std::filesystem::is_regular_file(word, ignored)) files.emplace_back(word);
  return files;
}

}  // namespace vrlt::rewards
