#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::report {

/// A metric of a task of an evaluation, by one way of scoring. Values are means in [0, 1].
struct ScoreRow {
  std::string run, task, prompt;
  std::string profile;  ///< The official script, or "strict".
  /// "accuracy", or "accuracy over sub_task" for a mean of the groups' means.
  std::string metric;
  double value = 0.0;
  /// Clustered; the 95 % interval. A mean of means has none.
  std::optional<double> standard_error, low, high;
  /// What the mean is over: samples, videos or groups.
  int64_t count = 0;
  /// The same metric by the strict grammar, samples without an answer as 0.
  std::optional<double> strict;
  /// The score of the best answer that looks at no video.
  std::optional<double> blind;
  double parse_failure_rate = 0.0;
  std::string note;      ///< Why it may not stand beside published numbers; empty if it may.
  bool headline = true;  ///< By the profile that papers use.
};

/// The scores of evaluation runs: per run and task the profiles in the order of results.json, the
/// one that papers use first. Runs that only predicted have none.
/// @throws MissingInputError for a folder that does not exist; DataError for one without results,
/// or with a results.json that is none.
std::vector<ScoreRow> read_score_rows(const std::vector<std::filesystem::path>& run_folders);

/// All rows, unrounded, with a line of names first.
std::string to_csv(const std::vector<ScoreRow>& rows);

/// The headline rows as the table that lmms-eval prints, in percent, with n, interval, strict
/// score, parse failures and blind score beside.
std::string to_markdown(const std::vector<ScoreRow>& rows);

}  // namespace vrlt::report
