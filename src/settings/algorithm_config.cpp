#include "vrlt/settings/algorithm_config.h"

#include "vrlt/algorithm/objective_choices.h"
#include "vrlt/algorithm/reward_composition.h"
#include "vrlt/core/named_table.h"
#include "vrlt/settings/preset_table.h"

namespace vrlt::settings {
namespace {

/// A key that does something only under a condition on others.
struct Condition {
  const char* key;
  const char* needs;
  bool (*holds)(const AlgorithmSection& c);
};

const algorithm::LossTraits& loss_of(const AlgorithmSection& c) {
  return find_row(algorithm::kLossTraits, c.objective.policy_loss.loss, "loss");
}
bool clips(const AlgorithmSection& c) { return loss_of(c).clips; }
bool has_ratio(const AlgorithmSection& c) { return loss_of(c).has_ratio; }
bool divides_by_constant(const AlgorithmSection& c) {
  return find_row(algorithm::aggregation_table(), c.objective.aggregation.mode, "aggregation")
      .needs_const_length;
}
bool divides_by_std(const AlgorithmSection& c) {
  return find_row(algorithm::advantage_table(), c.advantage.estimator, "advantage").uses_epsilon;
}
bool has_kl_loss(const AlgorithmSection& c) { return c.objective.kl.coef > 0; }
bool has_kl_reward(const AlgorithmSection& c) { return c.kl_reward.coef > 0; }
bool has_entropy_bonus(const AlgorithmSection& c) { return c.objective.entropy.coef > 0; }
bool corrects(const AlgorithmSection& c) { return c.objective.correction.corrects(); }
bool is_dynamic(const AlgorithmSection& c) { return c.dynamic_sampling.enabled; }

constexpr Condition kConditions[] = {
    {"ratio", "a loss with an importance ratio", has_ratio},
    {"clip_ratio_low", "a loss that clips", clips},
    {"clip_ratio_high", "a loss that clips", clips},
    {"const_length", "aggregation: const or sum_const", divides_by_constant},
    {"empty_row_policy", "mask_truncated: true",
     [](const AlgorithmSection& c) { return c.mask_truncated; }},
    {"advantage_epsilon", "an advantage that divides by a standard deviation", divides_by_std},
    {"kl_estimator", "kl_coef above 0", has_kl_loss},
    {"kl_input_clamp", "kl_coef above 0", has_kl_loss},
    {"kl_output_clamp", "kl_coef above 0", has_kl_loss},
    {"kl_bias_correction", "kl_coef above 0", has_kl_loss},
    {"kl_reward_target", "kl_reward_coef above 0", has_kl_reward},
    {"kl_reward_horizon", "kl_reward_target",
     [](const AlgorithmSection& c) { return has_kl_reward(c) && c.kl_reward.target.has_value(); }},
    {"entropy_agg", "entropy_coef above 0", has_entropy_bonus},
    {"entropy_target", "entropy_coef above 0", has_entropy_bonus},
    {"is_weight_min", "is_correction other than none", corrects},
    {"is_weight_max", "is_correction other than none", corrects},
    {"reference_sync_alpha", "reference_sync_every above 0",
     [](const AlgorithmSection& c) { return c.reference_sync_every > 0; }},
    {"ds_min_std", "dynamic_sampling: true", is_dynamic},
    {"ds_max_batches", "dynamic_sampling: true", is_dynamic},
    {"ds_on_exhaustion", "dynamic_sampling: true", is_dynamic},
};

/// The only loss that reads a key; null where others do.
const algorithm::LossTraits* loss_that_reads(const std::string& key) {
  for (const auto& loss : algorithm::kLossTraits)
    for (const auto& parameter : loss.parameters)
      if (key == parameter.name) return &loss;
  return nullptr;
}

/// Leaves out what has no effect where the visitor wants that.
class Fields {
 public:
  Fields(config::FieldVisitor& visitor, const AlgorithmSection& section)
      : visitor_(visitor), section_(section) {}
  template <typename T>
  void field(const config::Field& field, T& value) {
    if (visitor_.wants_fields_without_effect() || without_effect(field.name, section_).empty())
      visitor_.field(field, value);
  }

 private:
  config::FieldVisitor& visitor_;
  const AlgorithmSection& section_;
};

void visit_loss(Fields& v, algorithm::PolicyLossConfig& c) {
  v.field({.name = "loss",
           .help = "policy loss per token (--list losses)",
           .choices = names_of(algorithm::kLossTraits)},
          c.loss);
  v.field({.name = "ratio",
           .help = "importance ratio of token or response (--list ratios)",
           .choices = names_of(algorithm::kRatioChoices)},
          c.ratio);
  v.field({.name = "clip_ratio_low",
           .help = "ratios are clipped below 1 minus this",
           .min = 0,
           .max = 1},
          c.clip_ratio_low);
  v.field({.name = "clip_ratio_high",
           .help = "ratios are clipped above 1 plus this",
           .min = 0,
           .max = 10},
          c.clip_ratio_high);
  for (const auto& loss : algorithm::kLossTraits)
    for (const auto& [name, help, min, max, member, bounds] : loss.parameters) {
      const config::Field field{.name = name, .help = help, .min = min, .max = max};
      std::visit([&](auto of_config) { v.field(field, c.*of_config); }, member);
    }
}

void visit_aggregation(Fields& v, algorithm::AggregationConfig& c) {
  v.field({.name = "aggregation",
           .help = "how token losses become one number (--list aggregations)",
           .choices = names_of(algorithm::aggregation_table())},
          c.mode);
  v.field({.name = "const_length", .help = "the length to divide by", .min = 1, .max = 1e6},
          c.const_length);
  v.field({.name = "empty_row_policy",
           .help = "whether masked responses count as responses",
           .choices = {"count", "drop"}},
          c.empty_rows);
}

void visit_advantage(Fields& v, algorithm::AdvantageConfig& c) {
  v.field({.name = "advantage",
           .help = "estimator of the advantage (--list advantages)",
           .choices = names_of(algorithm::advantage_table())},
          c.estimator);
  v.field(
      {.name = "advantage_epsilon", .help = "added to the standard deviation", .min = 0, .max = 1},
      c.epsilon);
  v.field({.name = "reward_composition",
           .help = "how several rewards become one advantage",
           .choices = names_of(algorithm::composition_table())},
          c.composition);
}

void visit_kl(Fields& v, algorithm::KlConfig& c) {
  v.field({.name = "kl_coef",
           .help = "weight of the divergence from the starting model in the loss; 0: none",
           .min = 0,
           .max = 10},
          c.coef);
  v.field({.name = "kl_estimator",
           .help = "of the divergence (--list kl)",
           .choices = names_of(algorithm::kKlChoices)},
          c.estimator);
  v.field({.name = "kl_input_clamp",
           .help = "bound of the difference of log-probabilities; 0: none",
           .min = 0,
           .max = 1000},
          c.input_clamp);
  v.field({.name = "kl_output_clamp",
           .help = "bound of the estimate; takes the gradient from what drifted most; 0: none",
           .min = 0,
           .max = 1e6},
          c.output_clamp);
  v.field({.name = "kl_bias_correction", .help = "the estimate times the importance ratio"},
          c.bias_correction);
}

void visit_kl_reward(Fields& v, KlRewardConfig& c) {
  v.field({.name = "kl_reward_coef",
           .help = "weight of the divergence from the starting model in the reward; 0: none",
           .min = 0,
           .max = 10},
          c.coef);
  v.field({.name = "kl_reward_target",
           .help = "divergence per token that kl_reward_coef is adapted to; null: fixed",
           .min = 1e-9,
           .max = 1e3},
          c.target);
  v.field(
      {.name = "kl_reward_horizon", .help = "responses over which it adapts", .min = 1, .max = 1e9},
      c.horizon);
}

void visit_entropy(Fields& v, algorithm::EntropyConfig& c) {
  v.field(
      {.name = "entropy_coef", .help = "weight of the entropy bonus; 0: none", .min = 0, .max = 10},
      c.coef);
  v.field({.name = "entropy_agg",
           .help = "mean over tokens, or the same as aggregation",
           .choices = {"token_mean", "same"}},
          c.aggregation);
  v.field({.name = "entropy_target",
           .help = "entropy that entropy_coef is adapted to; null: fixed",
           .min = 0,
           .max = 20},
          c.target);
  v.field({.name = "top_entropy_quantile",
           .help = "share of tokens, of highest entropy, that the policy loss is of",
           .min = 0.001,
           .max = 1},
          c.top_quantile);
}

void visit_correction(Fields& v, algorithm::CorrectionConfig& c) {
  v.field({.name = "is_correction",
           .help = "weights for what sampler and update differ by (--list corrections): rounding, "
                   "and what top_k, top_p and min_p cut; only with none are "
                   "weights the same to the last bit on any number of ranks",
           .choices = names_of(algorithm::kCorrectionChoices)},
          c.mode);
  v.field({.name = "is_weight_min", .help = "smallest weight", .min = 0, .max = 1}, c.min_weight);
  v.field({.name = "is_weight_max", .help = "largest weight", .min = 1, .max = 1e6}, c.max_weight);
  v.field(
      {.name = "off_policy_threshold",
       .help = "bad responses that drifted further from the sampler do not count; null: all count",
       .min = 0,
       .max = 20},
      c.off_policy_threshold);
}

void visit_dynamic_sampling(Fields& v, DynamicSamplingConfig& c) {
  v.field({.name = "dynamic_sampling",
           .help = "roll out further prompts in place of groups without signal"},
          c.enabled);
  v.field(
      {.name = "ds_min_std",
       .help =
           "least standard deviation of accuracy in a group; null: 0.05, of 0-or-1 rewards 1e-6",
       .min = 0,
       .max = 1},
      c.min_std);
  v.field({.name = "ds_max_batches", .help = "rollouts per step at most", .min = 1, .max = 1000},
          c.max_batches);
  v.field({.name = "ds_on_exhaustion",
           .help = "then: go on with fewer groups, pad with rejected ones, or stop",
           .choices = {"proceed", "pad", "error"}},
          c.on_exhaustion);
}

}  // namespace

std::string without_effect(const std::string& key, const AlgorithmSection& section) {
  if (const auto* loss = loss_that_reads(key); loss != nullptr && loss != &loss_of(section))
    return concat("has no effect without loss: ", loss->name);
  for (const auto& condition : kConditions)
    if (key == condition.key && !condition.holds(section))
      return concat("has no effect without ", condition.needs);
  return {};
}

void visit_fields(config::FieldVisitor& visitor, AlgorithmSection& c) {
  Fields v(visitor, c);
  v.field({.name = "preset",
           .help = "published settings of a method (--list presets); keys written here win",
           .choices = names_of(preset_table())},
          c.preset);
  visit_loss(v, c.objective.policy_loss);
  visit_aggregation(v, c.objective.aggregation);
  visit_advantage(v, c.advantage);
  visit_kl(v, c.objective.kl);
  visit_kl_reward(v, c.kl_reward);
  visit_entropy(v, c.objective.entropy);
  visit_correction(v, c.objective.correction);
  v.field({.name = "mask_truncated",
           .help = "leave responses cut off at the length limit out of the loss"},
          c.mask_truncated);
  v.field({.name = "logprob_temperature",
           .help = "what logits are divided by in the update: as in the rollout, or 1.0",
           .choices = {"rollout", "1.0"}},
          c.logprob_temperature);
  v.field({.name = "passes", .help = "over the responses of a step", .min = 1, .max = 1000},
          c.passes);
  v.field({.name = "updates_per_pass",
           .help = "optimizer steps that a pass is cut into",
           .min = 1,
           .max = 1e6},
          c.updates_per_pass);
  v.field({.name = "reference_sync_every",
           .help = "optimizer steps between moves of the reference; 0: it stays",
           .min = 0},
          c.reference_sync_every);
  v.field({.name = "reference_sync_alpha",
           .help = "how far the reference moves: 1 copies the policy",
           .min = 0,
           .max = 1},
          c.reference_sync_alpha);
  visit_dynamic_sampling(v, c.dynamic_sampling);
}

}  // namespace vrlt::settings
