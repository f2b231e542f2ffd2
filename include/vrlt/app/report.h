#pragma once

#include <filesystem>
#include <vector>

namespace vrlt::app {

/// `vrlt-report`: one HTML page about run folders, with frames of the sampled videos.
int run_report(const std::vector<std::filesystem::path>& run_folders, const std::filesystem::path& output_html);

}  // namespace vrlt::app
