#pragma once

#include <filesystem>
#include <vector>

namespace vrlt::app {

/// `vrlt-report`: one HTML page about run folders, with frames of the sampled videos.
int run_report(const std::vector<std::filesystem::path>& run_folders,
               const std::filesystem::path& output_html);

/// Other forms of the scores of evaluations; an empty path is not written.
struct ScoreTables {
  std::filesystem::path csv, markdown, lmms_folder;
  bool any() const { return !csv.empty() || !markdown.empty() || !lmms_folder.empty(); }
};

/// @throws as report::read_score_rows and write_lmms_format; ConfigError if tables are asked for
/// but no run is given; DiskError.
void write_score_tables(const std::vector<std::filesystem::path>& run_folders,
                        const ScoreTables& tables);

}  // namespace vrlt::app
