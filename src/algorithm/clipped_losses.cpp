#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/policy_loss.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

/// `free` is the ratio in the branch that is not clipped.
at::Tensor clipped_surrogate(const at::Tensor& ratio, const at::Tensor& free,
                             const at::Tensor& advantages, const PolicyLossConfig& config) {
  const auto clipped = ratio.clamp(1.0 - config.clip_ratio_low, 1.0 + config.clip_ratio_high);
  return at::maximum(-free * advantages, -clipped * advantages);
}

}  // namespace

at::Tensor ppo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  const auto ratio = log_ratio(tokens, config.ratio).exp();
  return clipped_surrogate(ratio, ratio, tokens.advantages, config);
}

at::Tensor ppo_two_sided_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  VRLT_CHECK(config.ratio_max.has_value(), "ppo_two_sided without ratio_max");
  const auto ratio = log_ratio(tokens, config.ratio).exp();
  return clipped_surrogate(ratio, ratio.clamp_max(*config.ratio_max), tokens.advantages, config);
}

at::Tensor ppo_dual_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  const auto loss = ppo_clip_loss(tokens, config);
  return at::where(tokens.advantages < 0, at::minimum(loss, -config.dual_clip * tokens.advantages),
                   loss);
}

at::Tensor luspo_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  const auto ratio = log_ratio(tokens, "sequence").exp();
  const auto lengths = at::tensor(tokens.row_lengths, at::kLong).to(ratio.options());
  return clipped_surrogate(ratio, ratio, tokens.advantages, config) *
         per_token(lengths, tokens.row_lengths);
}

at::Tensor gmpo_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  const auto delta = log_ratio(tokens, "token"), sign = tokens.advantages.sign();
  const auto clipped = delta.clamp(-config.clip_ratio_low, config.clip_ratio_high);
  const auto pessimistic = sign * at::minimum(sign * delta, sign * clipped);
  return -tokens.advantages *
         per_token(row_means(pessimistic, tokens.row_lengths).exp(), tokens.row_lengths);
}

}  // namespace vrlt::algorithm
