#pragma once

#include <filesystem>
#include <string>

namespace vrlt::report {

/// A chart for every metric of metrics.jsonl and timing.jsonl, what is looked at first before the
/// others, and a line of those that never change: HTML. Empty without these files.
std::string metric_charts(const std::filesystem::path& run);

}  // namespace vrlt::report
