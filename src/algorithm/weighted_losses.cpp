#include <ATen/ops/sigmoid.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/policy_loss.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {

at::Tensor reinforce_loss(const TokenBatch& tokens, const PolicyLossConfig&) {
  return -tokens.advantages * tokens.log_probs;
}

at::Tensor cispo_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  VRLT_CHECK(config.cispo_cap.value_or(0.0) >= 1.0, "cispo with a cap of ",
             config.cispo_cap.value_or(0.0));
  const auto ratio = log_ratio(tokens, config.ratio).detach().exp();
  return -ratio.clamp_max(*config.cispo_cap) * tokens.advantages * tokens.log_probs;
}

at::Tensor cispo_clip_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  const auto ratio = log_ratio(tokens, config.ratio).detach().exp();
  return -ratio.clamp(1.0 - config.clip_ratio_low, 1.0 + config.clip_ratio_high) *
         tokens.advantages * tokens.log_probs;
}

at::Tensor sapo_loss(const TokenBatch& tokens, const PolicyLossConfig& config) {
  const auto ratio = log_ratio(tokens, config.ratio).exp();
  const auto gate = [&](double temperature) {
    return 4.0 / temperature * at::sigmoid(temperature * (ratio - 1.0));
  };
  return -tokens.advantages * at::where(tokens.advantages > 0,
                                        gate(config.sapo_temperature_positive),
                                        gate(config.sapo_temperature_negative));
}

at::Tensor vespo_loss(const TokenBatch& tokens, const PolicyLossConfig&) {
  const auto log_weight = row_sums(log_ratio(tokens, "token").detach(), tokens.row_lengths)
                              .clamp(std::log(1e-8), kMaxLogRatio);
  const auto weight = log_weight.exp();
  const auto phi = [&](double k, double lambda) {
    return per_token((lambda + k * log_weight - lambda * weight).exp(), tokens.row_lengths);
  };
  return -at::where(tokens.advantages >= 0, phi(2.0, 3.0), phi(3.0, 2.0)) * tokens.advantages *
         tokens.log_probs;
}

}  // namespace vrlt::algorithm
