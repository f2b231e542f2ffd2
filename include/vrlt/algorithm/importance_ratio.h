#pragma once

#include <span>
#include <string>

#include "vrlt/algorithm/objective_choices.h"
#include "vrlt/algorithm/token_batch.h"

namespace vrlt::algorithm {

/// One row of the table of importance ratios: the logarithm of the ratio of every token, before any
/// clamp.
struct RatioEntry : Choice {
  at::Tensor (*log_ratio)(const TokenBatch& tokens);
};

std::span<const RatioEntry> ratio_table();

/// @throws ConfigError listing the known names.
const RatioEntry& find_ratio(const std::string& name);

/// log_probs - old_log_probs of each token.
at::Tensor token_log_ratio(const TokenBatch& tokens);

/// Their mean over the row, for every token of it: the gradient flows through all of them. Source:
/// GSPO, arXiv:2507.18071 eq. 7.
at::Tensor sequence_log_ratio(const TokenBatch& tokens);

/// The value of the sequence ratio with the gradient of the token's own log-prob. Source:
/// GSPO-token, arXiv:2507.18071 eq. 14.
at::Tensor gspo_token_log_ratio(const TokenBatch& tokens);

/// Beyond this a log-ratio is clamped before exp; its gradient is 0 there.
constexpr double kMaxLogRatio = 20.0;

/// [N] a ratio of the table, clamped.
at::Tensor log_ratio(const TokenBatch& tokens, const std::string& ratio = "token");

}  // namespace vrlt::algorithm
