#pragma once

#include "vrlt/algorithm/advantage.h"

namespace vrlt::algorithm {

/// The rewards of P*G responses, term by term, as all ranks have them.
struct ComponentRewards {
  struct Term {
    double weight = 1.0;
    std::vector<double> values;  ///< [P*G]; NaN: the term does not apply to the response.
  };
  std::vector<Term> terms;
  std::vector<int64_t> lengths;   ///< [P*G] tokens.
  std::vector<double> penalties;  ///< [P*G] taken from the weighted sum; empty: none.
};

/// One row of the table of compositions.
struct CompositionEntry {
  const char* name;
  const char* help;
  std::vector<double> (*advantages)(const ComponentRewards& rewards, int64_t group_size,
                                    const AdvantageConfig& config);
};

/// sum_then_normalize: the weighted sum through the estimator. normalize_then_sum: every term
/// normalised within its group, the weighted sum normalised over the batch, each (x - mean) / (std
/// + epsilon). Source: GDPO as in TRL.
std::span<const CompositionEntry> composition_table();

/// Weighted sum of the terms that apply, less the penalties; NaN when none applies: the response is
/// unscorable.
/// @throws ContractError if terms or penalties are of another number of responses.
std::vector<double> total_rewards(const ComponentRewards& rewards);

/// [P*G] by the config's composition. A group of equal totals gives exact zeros. @throws
/// ConfigError for an unknown name.
std::vector<double> composed_advantages(const ComponentRewards& rewards, int64_t group_size,
                                        const AdvantageConfig& config);

}  // namespace vrlt::algorithm
