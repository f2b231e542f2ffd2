#include "vrlt/algorithm/correction.h"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/core/named_table.h"

namespace vrlt::algorithm {
namespace {

at::Tensor truncated(const at::Tensor& weights, double low, double high) {
  return weights.clamp(low, high);
}

at::Tensor zero_outside(const at::Tensor& weights, double low, double high) {
  return at::where((weights >= low).logical_and(weights <= high), weights, at::zeros_like(weights));
}

constexpr CorrectionEntry kCorrections[] = {
    {row_named(kCorrectionChoices, "none"), false, nullptr},
    {row_named(kCorrectionChoices, "token_truncate"), false, truncated},
    {row_named(kCorrectionChoices, "token_mask"), false, zero_outside},
    {row_named(kCorrectionChoices, "sequence_truncate"), true, truncated},
    {row_named(kCorrectionChoices, "sequence_mask"), true, zero_outside},
};
static_assert(std::size(kCorrections) == std::size(kCorrectionChoices));

}  // namespace

std::span<const CorrectionEntry> correction_table() { return kCorrections; }

const CorrectionEntry& find_correction(const std::string& name) {
  return find_row(kCorrections, name, "correction");
}

at::Tensor correction_weights(const TokenBatch& tokens, const CorrectionConfig& config) {
  const auto& entry = find_correction(config.mode);
  if (entry.bounded == nullptr || !tokens.sampler_log_probs.defined())
    return at::ones_like(tokens.old_log_probs);
  auto log_weights = (tokens.old_log_probs - tokens.sampler_log_probs).detach();
  if (entry.of_row)
    log_weights = per_token(row_sums(log_weights, tokens.row_lengths), tokens.row_lengths);
  return entry.bounded(log_weights.clamp(-kMaxLogRatio, kMaxLogRatio).exp(), config.min_weight,
                       config.max_weight);
}

at::Tensor on_policy_mask(const TokenBatch& tokens, double threshold) {
  const auto drift =
      row_means((tokens.sampler_log_probs - tokens.log_probs).detach(), tokens.row_lengths);
  return (per_token(drift, tokens.row_lengths) > threshold)
      .logical_and(tokens.advantages < 0)
      .logical_not();
}

}  // namespace vrlt::algorithm
