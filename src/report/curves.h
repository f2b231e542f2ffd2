#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::report {

/// What a reader looks at first, of all trainings in the same charts: validation, reward, length,
/// divergence, loss. HTML; empty if none of the runs trained.
std::string headline_charts(const std::vector<std::filesystem::path>& runs);

/// A chart for every metric of metrics.jsonl and timing.jsonl, what is looked at first before the
/// others, and a line of those that never change: HTML. Empty without these files.
std::string metric_charts(const std::filesystem::path& run);

}  // namespace vrlt::report
