#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::report {

/// The name of a run: that of its folder.
std::string run_name(const std::filesystem::path& run);

/// All evaluations side by side: a row per task and metric, a column per run. Empty if none of the
/// runs was evaluated.
std::string score_table(const std::vector<std::filesystem::path>& runs);

/// What `vrlt-eval compare` left in the folder of the later run: first how the settings differ.
/// Empty without it.
std::string comparison_table(const std::filesystem::path& run);

}  // namespace vrlt::report
