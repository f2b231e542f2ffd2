#pragma once

#include <filesystem>

namespace vrlt::conversion {

/// What is made of the answers that a selection has stored.
enum class StoreExport {
  kBestOf,  ///< The best answer to each sample, as a supervised target.
  kPairs,   ///< The best and the worst, as a preference.
};

/// What `vrlt-data export best_of` and `pairs` are asked to do.
struct StoreExportCommand {
  StoreExport what = StoreExport::kBestOf;
  std::filesystem::path run;     ///< Folder of a run of vrlt-select; its config names the records.
  std::filesystem::path output;  ///< Records file; <stem>.meta.json beside it says what it is of.
  double min_accuracy = 0.5;     ///< That the best answer must have, in [0, 1].
  double min_gap = 0.2;          ///< By which the rewards of a pair must differ, > 0.
};

/// Writes records in the order of the run's records: each as it was, with
///   "response"         the answer with the highest reward, the first of several; supervised
///                      training learns it. One that was cut off is never taken
///   "reward", "draws"  what it earned, and of how many answers it is the best
/// and for pairs also "chosen" (the same text), "rejected" (the answer with the lowest reward) and
/// "rejected_reward". Samples without such answers are left out and counted.
/// @return the exit code. @throws ConfigError, MissingInputError, DataError, DiskError.
int export_store(const StoreExportCommand& command);

}  // namespace vrlt::conversion
