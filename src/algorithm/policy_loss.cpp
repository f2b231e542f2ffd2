#include "vrlt/algorithm/policy_loss.h"

#include <ATen/ops/maximum.h>

#include "vrlt/algorithm/loss_table.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

constexpr double kMaxLogRatio = 20.0;

constexpr LossEntry kLosses[] = {
    {"ppo_clip", "clipped surrogate with the importance ratio of each token", ppo_clip_loss},
    {"reinforce", "advantage times log-probability, without a ratio", reinforce_loss},
};

}  // namespace

at::Tensor log_ratio(const TokenBatch& tokens) { return (tokens.log_probs - tokens.old_log_probs).clamp(-kMaxLogRatio, kMaxLogRatio); }

at::Tensor ppo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  const auto ratio = log_ratio(tokens).exp();
  const auto clipped = ratio.clamp(1.0 - config.clip_ratio_low, 1.0 + config.clip_ratio_high);
  return at::maximum(-ratio * tokens.advantages, -clipped * tokens.advantages);
}

at::Tensor reinforce_loss(const TokenBatch& tokens, const PolicyLossConfig&) { return -tokens.advantages * tokens.log_probs; }

std::span<const LossEntry> loss_table() { return kLosses; }

const LossEntry& find_loss(const std::string& name) {
  std::string known;
  for (const auto& entry : kLosses) {
    if (name == entry.name) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw ConfigError(concat("unknown loss \"", name, "\"; known: ", known));
}

}  // namespace vrlt::algorithm
