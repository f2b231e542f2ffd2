#include "vrlt/settings/preset_table.h"

#include "vrlt/core/named_table.h"

namespace vrlt::settings {
namespace {

using Rollout = RolloutSection;

/// arXiv:2402.03300, with TRL's epsilon.
AlgorithmSection grpo(const Rollout&) {
  return {.objective = {.aggregation = {.mode = "seq_mean_token_mean"}, .kl = {.coef = 0.04}}};
}

/// arXiv:2503.20783: no bias by length or by standard deviation. The constant is the longest
/// response, as in TRL.
AlgorithmSection dr_grpo(const Rollout& rollout) {
  return {.objective = {.aggregation = {.mode = "const", .const_length = rollout.max_new_tokens}},
          .advantage = {.estimator = "none"}};
}

/// arXiv:2503.14476. Its soft punishment of long responses is a reward.
AlgorithmSection dapo(const Rollout&) {
  return {.objective = {.policy_loss = {.clip_ratio_high = 0.28}},
          .mask_truncated = true,
          .dynamic_sampling = {.enabled = true}};
}

/// arXiv:2507.18071.
AlgorithmSection gspo(const Rollout&) {
  return {.objective = {
              .policy_loss = {.ratio = "sequence", .clip_ratio_low = 3e-4, .clip_ratio_high = 4e-4},
              .aggregation = {.mode = "seq_mean_token_mean"}}};
}

/// arXiv:2506.13585, with the cap of ScaleRL, arXiv:2510.13786.
AlgorithmSection cispo(const Rollout&) {
  return {.objective = {.policy_loss = {.loss = "cispo", .cispo_cap = 5.0}}};
}

/// arXiv:2402.14740: REINFORCE of whole responses, the divergence in the reward.
AlgorithmSection rloo(const Rollout&) {
  return {.objective = {.policy_loss = {.loss = "reinforce"},
                        .aggregation = {.mode = "seq_mean_token_sum"}},
          .advantage = {.estimator = "rloo"},
          .kl_reward = {.coef = 0.05}};
}

/// arXiv:2501.03262, the variant with a group baseline: its divergence is k2 in the loss.
AlgorithmSection reinforce_pp(const Rollout&) {
  return {.objective = {.kl = {.coef = 0.001, .estimator = "k2"}},
          .advantage = {.estimator = "rf++_baseline", .epsilon = 1e-6}};
}

/// arXiv:2506.01908 and its code. The token mean is that of the whole step, not of each
/// micro-batch.
AlgorithmSection temporal_rlt(const Rollout&) {
  return {.objective = {.kl = {.coef = 0.01, .output_clamp = 10.0},
                        .entropy = {.coef = 0.001, .aggregation = "same"},
                        .correction = {.mode = "none"}},
          .advantage = {.epsilon = 1e-6}};
}

/// The defaults of TRL with vLLM.
AlgorithmSection trl(const Rollout&) {
  return {.objective = {.kl = {.input_clamp = 0.0},
                        .correction = {.mode = "sequence_mask", .max_weight = 3.0}}};
}

/// The defaults of verl with algorithm.adv_estimator=grpo; the divergence is off, with verl's
/// clamps if it is turned on.
AlgorithmSection verl(const Rollout&) {
  return {.objective = {.policy_loss = {.loss = "ppo_dual_clip"},
                        .kl = {.output_clamp = 10.0},
                        .correction = {.mode = "none"}},
          .advantage = {.epsilon = 1e-6}};
}

/// The defaults of EasyR1.
AlgorithmSection easyr1(const Rollout&) {
  return {.objective = {.policy_loss = {.loss = "ppo_dual_clip", .clip_ratio_high = 0.3},
                        .kl = {.coef = 0.01, .output_clamp = 10.0},
                        .correction = {.mode = "none"}},
          .advantage = {.epsilon = 1e-6}};
}

constexpr PresetEntry kPresets[] = {
    {"none", "the defaults of every key", [](const Rollout&) { return AlgorithmSection{}; }},
    {"grpo", "mean over responses, group std, k3 divergence 0.04", grpo},
    {"dr_grpo", "no division by length or std: constant rollout.max_new_tokens instead", dr_grpo},
    {"dapo", "token mean, clip 0.2/0.28, dynamic sampling, truncated responses masked", dapo},
    {"gspo", "sequence ratio, clip 3e-4/4e-4, mean over responses", gspo},
    {"cispo", "capped constant weights, every token keeps its gradient", cispo},
    {"rloo", "leave-one-out baseline, REINFORCE of responses, divergence in the reward", rloo},
    {"reinforce_pp", "group baseline whitened over the batch's tokens, k2 divergence",
     reinforce_pp},
    {"temporal_rlt", "token mean, clip 0.2, k3 divergence 0.01, entropy bonus 0.001", temporal_rlt},
    {"trl", "defaults of TRL", trl},
    {"verl", "defaults of verl's GRPO: dual clip", verl},
    {"easyr1", "defaults of EasyR1: dual clip, clip 0.2/0.3, k3 divergence 0.01", easyr1},
};

}  // namespace

std::span<const PresetEntry> preset_table() { return kPresets; }

const PresetEntry& find_preset(const std::string& name) {
  return find_row(kPresets, name, "preset");
}

}  // namespace vrlt::settings
