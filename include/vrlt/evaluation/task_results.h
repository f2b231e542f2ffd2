#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::evaluation {

/// A mean in [0, 1], as results.json has it.
struct StoredEstimate {
  double value = 0.0;
  /// Clustered, and the 95 % interval. A mean of means has none.
  std::optional<double> standard_error, low, high;
  int64_t count = 0;  ///< What the mean is over: samples, videos or groups.
};
using StoredMetrics = std::vector<std::pair<std::string, StoredEstimate>>;

/// The results of one task: what summarize() writes and a run adds, by type. Lists are in the order
/// of the file. What a file does not say, as an older one or a run that only predicted, is 0 or
/// empty.
struct TaskResults {
  struct Strict {
    std::string metric;
    StoredEstimate answered;  ///< Over the samples that were answered.
    StoredEstimate all;       ///< Over all, those without an answer as 0.
  };
  struct Profile {
    std::string name;
    StoredMetrics metrics;
    StoredMetrics macro;  ///< Means over `macro_over`.
    int64_t right_though_empty = 0;
  };
  struct Group {
    std::string key, value;  ///< "duration", "short".
    StoredMetrics metrics;
  };
  struct Blind {
    std::string name;
    std::vector<std::pair<std::string, double>> metrics;
  };

  int64_t expected = 0, done = 0, errors = 0, missing = 0, unlabelled = 0, responses = 0;
  std::optional<int64_t> published;  ///< How many samples the benchmark has.
  double parse_failure_rate = 0.0, truncation_rate = 0.0, parser_gap = 0.0;
  std::vector<std::pair<std::string, int64_t>> parse_failures;  ///< By reason.
  bool predict_only = false;
  std::string prompt;
  std::string not_comparable;  ///< Why it may not stand beside published numbers.
  std::string macro_over;      ///< The key of the groups that means are taken over.
  std::vector<Strict> strict;
  StoredMetrics sampled;          ///< Of several responses to each sample: "accuracy/pass@4".
  std::vector<Profile> profiles;  ///< Official scripts, the one that papers use first.
  std::vector<Group> groups;      ///< By the profile that papers use, strict without one.
  std::vector<Blind> blind;       ///< What answers score that look at no video.

  bool has_scores() const { return !strict.empty() || !profiles.empty(); }
  /// The profile that papers use; null: there is none.
  const Profile* headline() const { return profiles.empty() ? nullptr : &profiles.front(); }
  const Strict* find_strict(const std::string& metric) const;
};

/// @param place  for messages: the file. @throws DataError naming place and field.
TaskResults parse_results(const io::Json& results, const std::string& place);

}  // namespace vrlt::evaluation
