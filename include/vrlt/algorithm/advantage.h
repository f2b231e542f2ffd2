#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::algorithm {

struct AdvantageConfig {
  std::string estimator = "group_std";  ///< A row of advantage_names().
  double epsilon = 1e-6;                ///< Added to the standard deviation.
};

/// group_std, batch_std, none, rloo.
std::vector<std::string> advantage_names();

/// Advantages of P*G responses, the G responses to a prompt adjacent; in float64.
/// group_std: (R - group mean) / (sample std of the group + epsilon); batch_std: the std of the whole batch instead;
/// none: R - mean; rloo: G/(G-1) * (R - mean).
/// A group of equal rewards gives exact zeros; a NaN reward (unscorable) is left out of the statistics and gets 0.
/// @throws ContractError if the rewards are not whole groups or G < 2; ConfigError for an unknown estimator.
/// Source: arXiv:2402.03300 4.1.2; sample std (N-1) as TRL, verl and EasyR1.
std::vector<double> group_advantages(const std::vector<double>& rewards, int64_t group_size, const AdvantageConfig& config);

}  // namespace vrlt::algorithm
