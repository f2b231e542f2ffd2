#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/io/json.h"
#include "vrlt/selection/estimators.h"

namespace vrlt::selection {

/// What K rewards of one kind say about a sample. Quantiles interpolate as numpy's.
struct RewardStatistics {
  bool continuous = false;  ///< false: every reward is 0 or 1.
  std::vector<double> rewards;
  double mean = 0.0, variance = 0.0, std = 0.0;  ///< Sample variance (K-1); 0 for one reward.
  double population_variance = 0.0;              ///< The same divided by K.
  double min = 0.0, max = 0.0, gap = 0.0, q25 = 0.0, q75 = 0.0;
  /// Rewards equal to 1; of continuous ones those of at least 0.5.
  int64_t num_correct = 0;
  std::array<int64_t, 3> num_above{};  ///< How many continuous rewards reach each of kThresholds.

  int64_t draws() const { return static_cast<int64_t>(rewards.size()); }
  Successes successes() const { return {draws(), num_correct}; }
};

inline constexpr std::array<double, 3> kThresholds = {0.3, 0.5, 0.7};

/// @throws ContractError without rewards. Equal rewards have their value as mean, exactly, and no
/// variance.
RewardStatistics reward_statistics(std::vector<double> rewards, bool continuous);

/// Variance over the largest that K rewards in [0, 1] can have: 0 to 1, comparable between numbers
/// of draws. 0 for one reward.
double normalized_variance(const RewardStatistics& reward);

/// Standard deviation that an estimate of the variance from so many draws has, by the moments of
/// the rewards themselves.
double variance_error(const RewardStatistics& reward);

/// What K responses say about one sample, and what is known of it. Rewards are the accuracy terms
/// only, not the format: a base model's format failures are another variance. A response that
/// cannot be read counts 0.
struct SampleStatistics {
  std::string id, task, source, video;
  std::string key;                    ///< Stands for what is asked, see sample_key.h.
  std::optional<double> duration;     ///< Seconds that the model sees.
  std::optional<double> gt_fraction;  ///< Share of them that the true spans cover.
  int64_t num_options = 0;
  RewardStatistics reward;  ///< All accuracy terms together, as in training.
  /// What `reward` is made of, such as option and iou of grounded answers.
  std::map<std::string, RewardStatistics> parts;
  /// [K] as read, in one spelling: "B", "4 to 8 s"; empty: unreadable.
  std::vector<std::string> answers;
  int64_t num_parsed = 0, num_truncated = 0;
  double mean_length = 0.0;  ///< Tokens.
};

/// A line of statistics.jsonl: the fields of docs/spec/selection.md#statistics.
io::Json to_json(const SampleStatistics& statistics);

/// The inverse; what follows from the rewards is computed again.
/// @param origin  "path:line", for errors. @throws DataError.
SampleStatistics parse_statistics(const io::Json& line, const std::string& origin);

}  // namespace vrlt::selection
