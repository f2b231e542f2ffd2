#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vrlt::algorithm {

struct AdvantageConfig {
  std::string estimator = "group_std";  ///< A row of advantage_table().
  double epsilon = 1e-4;                ///< Added to the standard deviation.
  /// A row of composition_table(): how several rewards become one advantage.
  std::string composition = "sum_then_normalize";
};

/// Mean, sample standard deviation (N-1) and range of what is not NaN.
struct Moments {
  int64_t count = 0;
  double mean = 0.0, std = 0.0, low = 0.0, high = 0.0;
};
Moments moments(std::span<const double> values);

/// Whether the values differ by no more than rounding, which must not make a signal: eight rewards
/// of 0.7 would give advantages of 0.056 in float32.
bool is_constant(const Moments& values);

/// What an estimator sees of one group, and of the batch around it.
struct GroupView {
  std::span<const double> rewards;  ///< NaN: unscorable.
  std::span<const int64_t> lengths;
  Moments group, batch;
  Moments centred_tokens;  ///< Moments of R - group mean, over all tokens of the batch.
  double epsilon;
  int64_t batch_nonzero;  ///< Rewards of the batch that are not 0.
};

/// One row of the table of estimators: the advantage of response k of a group whose rewards differ.
struct AdvantageEntry {
  const char* name;
  const char* help;
  double (*advantage)(const GroupView& view, size_t k);
  bool needs_lengths;
  bool uses_epsilon;
};

/// group_std: (R - group mean) / (sample std of the group + epsilon), arXiv:2402.03300 4.1.2 with
/// the std of TRL, verl, EasyR1; batch_std: the std of the whole batch instead, arXiv:2508.08221;
/// none: R - mean, Dr. GRPO, arXiv:2503.20783; rloo: R - mean of the others, arXiv:2402.14740; opo:
/// R - mean weighted by length, arXiv:2505.23585; grpo_passk: the best response alone, by what it
/// is ahead of the second, over the std, arXiv:2503.19595; rf++_baseline: R - mean, whitened over
/// all tokens of the batch, arXiv:2501.03262; gpg: R - mean, times responses / responses with a
/// reward other than 0, arXiv:2504.02546.
std::span<const AdvantageEntry> advantage_table();

/// Advantages of P*G responses, the G responses to a prompt adjacent; in float64.
/// A group of equal rewards gives exact zeros; a NaN reward (unscorable) is left out of the
/// statistics and gets 0.
/// @param lengths  tokens of each response; needed by opo and rf++_baseline, may be empty
/// otherwise.
/// @throws ContractError if the rewards are not whole groups or G < 2; ConfigError for an unknown
/// estimator.
std::vector<double> group_advantages(const std::vector<double>& rewards, int64_t group_size,
                                     const AdvantageConfig& config,
                                     const std::vector<int64_t>& lengths = {});

}  // namespace vrlt::algorithm
