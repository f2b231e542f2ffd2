#include "trainer/log/update_metrics.h"

#include <ATen/core/grad_mode.h>

#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/loss_table.h"

namespace vrlt::trainer {
namespace {

class TokenMetrics {
 public:
  TokenMetrics(metrics::MetricSet& metrics, int64_t num_tokens)
      : metrics_(metrics), count_(static_cast<double>(num_tokens)) {}
  void mean(const char* name, const at::Tensor& values) const {
    metrics_.mean(name, values.to(at::kDouble).mean().item<double>(), count_);
  }
  void max(const char* name, const at::Tensor& values) const {
    metrics_.max(name, values.max().item<double>());
  }
  void min(const char* name, const at::Tensor& values) const {
    metrics_.min(name, values.min().item<double>());
  }

 private:
  metrics::MetricSet& metrics_;
  double count_;
};

/// Bound of the ratio beyond which bad responses have no gradient, if the loss has one.
std::optional<double> second_bound(const algorithm::PolicyLossConfig& config) {
  for (const auto& parameter : algorithm::find_loss(config.loss).parameters)
    if (parameter.bounds_bad_ratios) return value_of(parameter, config);
  return std::nullopt;
}

void record_ratios(const algorithm::TokenBatch& tokens, const algorithm::PolicyLossConfig& config,
                   const TokenMetrics& metrics) {
  const auto delta = algorithm::log_ratio(tokens, config.ratio), ratio = delta.exp();
  const auto good = tokens.advantages > 0, bad = tokens.advantages < 0;
  metrics.mean("policy/ratio_mean", ratio);
  metrics.max("policy/ratio_max", ratio);
  metrics.mean("policy/approx_kl", -algorithm::log_ratio(tokens));
  metrics.mean("policy/clamped_fraction", delta.abs() >= algorithm::kMaxLogRatio);
  if (algorithm::find_loss(config.loss).clips) {
    metrics.mean("loss/clip_fraction_low", (ratio < 1.0 - config.clip_ratio_low).logical_and(bad));
    metrics.mean("loss/clip_fraction_high",
                 (ratio > 1.0 + config.clip_ratio_high).logical_and(good));
  }
  if (const auto bound = second_bound(config))
    metrics.mean("loss/clip_fraction_dual", (ratio > *bound).logical_and(bad));
}

void record_mismatch(const algorithm::TokenBatch& tokens, const algorithm::Objective& result,
                     const TokenMetrics& metrics) {
  const auto mismatch = (tokens.old_log_probs - tokens.sampler_log_probs).abs();
  metrics.mean("rollout/log_prob_mismatch_mean", mismatch);
  metrics.max("rollout/log_prob_mismatch_max", mismatch);
  if (!result.correction.defined()) return;
  metrics.min("correction/weight_min", result.correction);
  metrics.mean("correction/weight_mean", result.correction);
  metrics.max("correction/weight_max", result.correction);
  metrics.mean("correction/masked_fraction", result.correction == 0);
}

}  // namespace

void record_update_metrics(const algorithm::TokenBatch& tokens, const algorithm::Objective& result,
                           const algorithm::ObjectiveConfig& config, metrics::MetricSet& metrics) {
  const at::NoGradGuard no_grad;
  metrics.sum("loss/policy", result.policy.item<double>());
  metrics.sum("loss/total", result.loss.item<double>());
  if (result.kl.defined()) metrics.sum("loss/kl", result.kl.item<double>());
  const int64_t num_tokens = tokens.log_probs.size(0);
  if (num_tokens == 0) return;
  const TokenMetrics of_tokens(metrics, num_tokens);
  record_ratios(tokens, config.policy_loss, of_tokens);
  of_tokens.mean("policy/entropy", tokens.entropy);
  if (result.kl_values.defined()) of_tokens.mean("kl/reference", result.kl_values);
  if (tokens.sampler_log_probs.defined()) record_mismatch(tokens, result, of_tokens);
}

}  // namespace vrlt::trainer
