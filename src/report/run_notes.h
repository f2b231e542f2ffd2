#pragma once

#include <filesystem>
#include <string>

namespace vrlt::report {

/// What the run warned of while it trained: the last word on each kind, in red.
std::string alarms(const std::filesystem::path& run);

/// What was changed while the run went on.
std::string config_history(const std::filesystem::path& run);

}  // namespace vrlt::report
