#include "trainer/log/update_metrics.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>

#include <functional>
#include <vector>

#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/loss_table.h"

namespace vrlt::trainer {
namespace {

/// Metrics of a pass, which come from the device together: the host waits for them once.
class TokenMetrics {
 public:
  TokenMetrics(metrics::MetricSet& metrics, int64_t num_tokens)
      : metrics_(metrics), count_(static_cast<double>(num_tokens)) {}

  void sum(const char* name, const at::Tensor& value) {
    add(value, [=, this](double number) { metrics_.sum(name, number); });
  }
  void mean(const char* name, const at::Tensor& values) {
    add(values.to(at::kDouble).mean(),
        [=, this](double number) { metrics_.mean(name, number, count_); });
  }
  void max(const char* name, const at::Tensor& values) {
    add(values.max(), [=, this](double number) { metrics_.max(name, number); });
  }
  void min(const char* name, const at::Tensor& values) {
    add(values.min(), [=, this](double number) { metrics_.min(name, number); });
  }

  /// Adds them all to the set.
  void record() {
    const auto numbers = at::stack(values_).to(at::kCPU);
    for (size_t i = 0; i < sinks_.size(); ++i) sinks_[i](numbers.const_data_ptr<double>()[i]);
  }

 private:
  void add(const at::Tensor& value, std::function<void(double)> sink) {
    values_.push_back(value.to(at::kDouble));
    sinks_.push_back(std::move(sink));
  }

  metrics::MetricSet& metrics_;
  double count_;
  std::vector<at::Tensor> values_;
  std::vector<std::function<void(double)>> sinks_;
};

/// Bound of the ratio beyond which bad responses have no gradient, if the loss has one.
std::optional<double> second_bound(const algorithm::PolicyLossConfig& config) {
  for (const auto& parameter : algorithm::find_loss(config.loss).parameters)
    if (parameter.bounds_bad_ratios) return value_of(parameter, config);
  return std::nullopt;
}

void record_ratios(const algorithm::TokenBatch& tokens, const algorithm::PolicyLossConfig& config,
                   TokenMetrics& metrics) {
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
                     TokenMetrics& metrics) {
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
  const int64_t num_tokens = tokens.log_probs.size(0);
  TokenMetrics of_tokens(metrics, num_tokens);
  of_tokens.sum("loss/policy", result.policy);
  of_tokens.sum("loss/total", result.loss);
  if (result.kl.defined()) of_tokens.sum("loss/kl", result.kl);
  if (num_tokens > 0) {
    record_ratios(tokens, config.policy_loss, of_tokens);
    of_tokens.mean("policy/entropy", tokens.entropy);
    if (result.kl_values.defined()) of_tokens.mean("kl/reference", result.kl_values);
    if (tokens.sampler_log_probs.defined()) record_mismatch(tokens, result, of_tokens);
  }
  of_tokens.record();
}

}  // namespace vrlt::trainer
