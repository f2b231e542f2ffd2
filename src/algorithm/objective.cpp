#include "vrlt/algorithm/objective.h"

#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/core/error.h"
#include "vrlt/model/upload.h"

namespace vrlt::algorithm {
namespace {

at::Tensor token_weights(const TokenBatch& tokens, const StepCounts& counts,
                         const AggregationConfig& config) {
  std::vector<double> weights;
  const auto of_rows = row_weights(tokens.row_lengths, counts, config);
  for (size_t i = 0; i < of_rows.size(); ++i)
    weights.insert(weights.end(), static_cast<size_t>(tokens.row_lengths[i]), of_rows[i]);
  return model::upload(at::tensor(weights, at::kDouble).to(tokens.log_probs.scalar_type()),
                       tokens.log_probs.device());
}

at::Tensor only_where(const at::Tensor& mask, const at::Tensor& values) {
  return at::where(mask, values, at::zeros_like(values));
}

/// The surrogates with every factor that may bear on them.
at::Tensor weighted_surrogates(const TokenBatch& tokens, const Objective& result,
                               const ObjectiveConfig& config) {
  auto surrogates = result.surrogates;
  if (result.correction.defined()) surrogates = surrogates * result.correction;
  if (tokens.surrogate_mask.defined()) surrogates = only_where(tokens.surrogate_mask, surrogates);
  const auto threshold = config.correction.off_policy_threshold;
  if (threshold && tokens.sampler_log_probs.defined())
    surrogates = only_where(on_policy_mask(tokens, *threshold), surrogates);
  return surrogates;
}

at::Tensor divergence(const TokenBatch& tokens, const KlConfig& config) {
  const auto kl = kl_divergence(tokens.log_probs, tokens.ref_log_probs, config);
  return config.bias_correction ? kl * log_ratio(tokens, "token").exp() : kl;
}

}  // namespace

Objective objective(const TokenBatch& tokens, const StepCounts& counts,
                    const ObjectiveConfig& config) {
  const auto weights = token_weights(tokens, counts, config.aggregation);
  Objective result{.surrogates =
                       find_loss(config.policy_loss.loss).loss(tokens, config.policy_loss)};
  if (config.correction.corrects() && tokens.sampler_log_probs.defined())
    result.correction = correction_weights(tokens, config.correction);
  result.policy = (weighted_surrogates(tokens, result, config) * weights).sum();
  result.loss = result.policy;
  if (tokens.ref_log_probs.defined()) {
    const auto kl = divergence(tokens, config.kl);
    result.kl_values = kl.detach();
    result.kl = (kl * weights).sum();
    if (config.kl.coef > 0) result.loss = result.loss + config.kl.coef * result.kl;
  }
  if (config.entropy.coef > 0) {
    VRLT_CHECK(tokens.entropy.defined(), "an entropy bonus without entropies");
    const auto entropy_weights =
        config.entropy.aggregation == "same" ? weights : token_weights(tokens, counts, {});
    result.entropy = (tokens.entropy * entropy_weights).sum();
    result.loss = result.loss - config.entropy.coef * result.entropy;
  }
  return result;
}

}  // namespace vrlt::algorithm
