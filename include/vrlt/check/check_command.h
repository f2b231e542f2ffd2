#pragma once

#include <filesystem>
#include <vector>

namespace vrlt::check {

/// What `vrlt-data check` is asked to do.
struct CheckCommand {
  std::vector<std::filesystem::path> records;  ///< Empty: those of the config.
  /// Of vrlt-train, vrlt-select or vrlt-eval: what its run would do is planned too; may be empty.
  std::filesystem::path config;
  std::vector<std::string> overrides;
  /// Records with the durations of their videos are written there; may be empty.
  std::filesystem::path fill;
  std::filesystem::path data_root;  ///< Empty: videos, images and subtitles are not looked at.
  std::filesystem::path report;     ///< JSON with the counts and every finding; may be empty.
  int threads = 2;                  ///< How many threads probe videos; >= 1.
};

/// Checks records and the files they name, and prints counts and findings; with a config also what
/// its run would make of each record.
/// @return  65 if a record or a file is broken or an id is used twice; else 66 if files are
/// missing; else 0, also with warnings.
/// @throws MissingInputError for a records file; DiskError; StopRequested.
int run_check(const CheckCommand& command);

}  // namespace vrlt::check
