#include "vrlt/rollout/sampling.h"

#include <ATen/ops/cumsum.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/topk.h>

#include <limits>

#include "rollout/processed_logits.h"
#include "vrlt/core/error.h"

namespace vrlt::rollout {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

at::Tensor keep_top_k(const at::Tensor& logits, int64_t k) {
  const auto threshold =
      std::get<0>(logits.topk(std::min(k, logits.size(1)), 1)).select(1, -1).unsqueeze(1);
  return logits.masked_fill(logits < threshold, kNever);
}

/// Drops the tail whose probabilities, summed from the smallest, stay within 1 - p; the most likely
/// token always stays.
at::Tensor keep_top_p(const at::Tensor& logits, double p) {
  const auto [sorted, order] = logits.sort(/*stable=*/true, /*dim=*/1, /*descending=*/false);
  auto drop = sorted.softmax(1).cumsum(1) <= 1.0 - p;
  drop.select(1, -1).fill_(false);
  return logits.masked_fill(drop.scatter(1, order, drop), kNever);
}

at::Tensor keep_min_p(const at::Tensor& logits, double min_p) {
  const auto probabilities = logits.softmax(1);
  return logits.masked_fill(probabilities < probabilities.amax(1, true) * min_p, kNever);
}

}  // namespace

at::Tensor processed_logits(const at::Tensor& logits, const SamplingConfig& config) {
  auto kept = logits / config.temperature;
  if (config.top_k > 0) kept = keep_top_k(kept, config.top_k);
  if (config.top_p < 1.0) kept = keep_top_p(kept, config.top_p);
  if (config.min_p > 0.0) kept = keep_min_p(kept, config.min_p);
  return kept;
}

/// Inverse of the distribution function, in float64: the first token whose cumulative probability
/// exceeds u.
at::Tensor draw_tokens(const at::Tensor& processed, const at::Tensor& uniforms) {
  VRLT_CHECK(uniforms.sizes() == processed.sizes().slice(0, 1), uniforms.sizes(), " uniforms for ",
             processed.size(0), " rows");
  const auto cumulative = processed.to(at::kDouble).softmax(1).cumsum(1);
  const auto total = cumulative.select(1, -1);
  const auto targets = uniforms * total;
  return at::searchsorted(cumulative, targets.unsqueeze(1), /*out_int32=*/false, /*right=*/true)
      .squeeze(1)
      .clamp_max(processed.size(1) - 1);
}

at::Tensor sample_tokens(const at::Tensor& logits, const at::Tensor& uniforms,
                         const SamplingConfig& config) {
  return config.temperature == 0.0 ? logits.argmax(1)
                                   : draw_tokens(processed_logits(logits, config), uniforms);
}

}  // namespace vrlt::rollout
