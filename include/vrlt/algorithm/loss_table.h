#pragma once

#include <span>

#include "vrlt/algorithm/policy_loss.h"

namespace vrlt::algorithm {

/// One row of the table of policy losses: per-token values to be minimised.
struct LossEntry {
  const char* name;
  const char* help;
  at::Tensor (*loss)(const TokenBatch& tokens, const PolicyLossConfig& config);
  bool clips;               ///< Reads clip_ratio_low and clip_ratio_high.
  const char* ratio;        ///< The only ratio it is defined for; null: any.
  const char* aggregation;  ///< The only aggregation it is defined for; null: any.
};

std::span<const LossEntry> loss_table();

/// @throws ConfigError listing the known names.
const LossEntry& find_loss(const std::string& name);

}  // namespace vrlt::algorithm
