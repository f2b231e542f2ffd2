#pragma once

#include <filesystem>
#include <vector>

namespace vrlt::app {

/// What `vrlt-data check` is asked to do.
struct CheckCommand {
  std::vector<std::filesystem::path> records;
  std::filesystem::path data_root;  ///< Empty: videos, images and subtitles are not looked at.
  std::filesystem::path report;     ///< JSON with the counts and every finding; may be empty.
  int threads = 2;                  ///< That probe videos; >= 1.
};

/// Checks records and the files they name, and prints counts and findings.
/// @return  65 if a record or a file is broken or an id is used twice; else 66 if files are missing; else 0, also with warnings.
/// @throws MissingInputError for a records file; DiskError; StopRequested.
int run_check(const CheckCommand& command);

}  // namespace vrlt::app
