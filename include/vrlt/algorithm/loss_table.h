#pragma once

#include <span>

#include "vrlt/algorithm/policy_loss.h"
#include "vrlt/algorithm/token_batch.h"

namespace vrlt::algorithm {

/// One row of the table of policy losses: per-token values to be minimised.
struct LossEntry : LossTraits {
  at::Tensor (*loss)(const TokenBatch& tokens, const PolicyLossConfig& config);
};

std::span<const LossEntry> loss_table();

/// @throws ConfigError listing the known names.
const LossEntry& find_loss(const std::string& name);

}  // namespace vrlt::algorithm
