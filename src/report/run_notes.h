#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::report {

/// Where each run comes from: what was typed, the model, the version and commit, the processor. A
/// table.
std::string provenance(const std::vector<std::filesystem::path>& runs);

/// What the run warned of while it trained: the last word on each kind, in red.
std::string alarms(const std::filesystem::path& run);

/// What was changed while the run went on.
std::string config_history(const std::filesystem::path& run);

}  // namespace vrlt::report
