#include "vrlt/trainer/train_config.h"

#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_presets.h"
#include "vrlt/trainer/reward_section.h"

namespace vrlt::trainer {
namespace {

template <typename Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  return names;
}

void visit_optim(config::FieldVisitor& v, optim::AdamWConfig& c) {
  v.field({.name = "lr", .help = "peak learning rate", .min = 0, .max = 1}, c.lr);
  v.field({.name = "beta1", .help = "decay of the first moment", .min = 0, .max = 1}, c.beta1);
  v.field({.name = "beta2", .help = "decay of the second moment", .min = 0, .max = 1}, c.beta2);
  v.field({.name = "epsilon", .help = "added to the root of the second moment", .min = 0, .max = 1}, c.epsilon);
  v.field({.name = "weight_decay", .help = "decoupled weight decay", .min = 0, .max = 1}, c.weight_decay);
  v.field({.name = "max_grad_norm", .help = "clip the norm of all gradients to this; 0: do not", .min = 0}, c.max_grad_norm);
  v.field({.name = "schedule", .help = "of the learning rate after warm-up", .choices = optim::lr_schedule_names()}, c.schedule);
  v.field({.name = "warmup_steps", .help = "steps of linear warm-up", .min = 0}, c.warmup_steps);
}

void visit_algorithm(config::FieldVisitor& v, AlgorithmSection& c) {
  v.field({.name = "loss", .help = "policy loss per token", .choices = names_of(algorithm::loss_table())}, c.policy_loss.loss);
  v.field({.name = "aggregation", .help = "how token losses become one number", .choices = algorithm::aggregation_names()}, c.aggregation);
  v.field({.name = "advantage", .help = "estimator of the advantage", .choices = algorithm::advantage_names()}, c.advantage.estimator);
  v.field({.name = "advantage_epsilon", .help = "added to the standard deviation", .min = 0, .max = 1}, c.advantage.epsilon);
  v.field({.name = "kl_coef", .help = "weight of the divergence from the starting model; 0: none", .min = 0, .max = 10}, c.kl_coef);
  v.field({.name = "clip_ratio_low", .help = "ratios are clipped below 1 minus this", .min = 0, .max = 1}, c.policy_loss.clip_ratio_low);
  v.field({.name = "clip_ratio_high", .help = "ratios are clipped above 1 plus this", .min = 0, .max = 10}, c.policy_loss.clip_ratio_high);
}

}  // namespace

void visit_fields(config::FieldVisitor& v, TrainConfig& c) {
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true}, c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field({.name = "trainer", .help = "grpo: reinforcement learning; sft: supervised fine-tuning", .choices = {"grpo", "sft"}}, c.trainer);
  v.field({.name = "seed", .help = "of data order, sampling and random weights"}, c.seed);
  v.field({.name = "steps", .help = "optimizer steps", .min = 1}, c.steps);
  v.field({.name = "prompts_per_step", .help = "prompts per optimizer step, over all ranks", .min = 1}, c.prompts_per_step);
  v.field({.name = "micro_batch", .help = "prompts per forward and backward pass; changes memory, not results", .min = 1}, c.micro_batch);
  v.field({.name = "logged_rollouts", .help = "prompts per step written to rollouts.jsonl", .min = 0}, c.logged_rollouts);
  v.section("model", "the model to train", c.model);
  v.section("data", "the training samples", c.data);
  v.begin_section("video", "which frames, and how large");
  visit_video_fields(v, c.video);
  v.end_section();
  if (c.trainer == "grpo" || v.wants_fields_without_effect()) {
    v.section("rollout", "how responses are sampled", c.rollout);
    v.field(
        {.name = "rewards", .help = "rewards or presets (--list rewards, presets) and their weights", .choices = rewards::reward_and_preset_names()},
        c.rewards);
    v.begin_section("reward_options", "how answers are read, and the parameters of rewards");
    visit_reward_fields(v, c.reward_options);
    v.end_section();
    v.begin_section("algorithm", "the policy update");
    visit_algorithm(v, c.algorithm);
    v.end_section();
  }
  v.begin_section("optim", "AdamW");
  visit_optim(v, c.optim);
  v.end_section();
  v.begin_section("checkpoint", "what is kept of the run");
  v.field({.name = "every", .help = "steps between checkpoints", .min = 1}, c.checkpoint.every);
  v.field({.name = "keep", .help = "newest checkpoints kept", .min = 1}, c.checkpoint.keep);
  v.end_section();
}

std::vector<std::string> check(const TrainConfig& config, const config::KeyLocations& locations) {
  auto problems = check(config.data, config.video, locations);
  const auto place = [&](const std::string& key) { return place_of(key, locations); };
  if (config.trainer == "sft")
    for (const auto& [key, where] : locations)
      for (const char* section : {"rollout", "rewards", "reward_options", "algorithm"})
        if (key == section) problems.push_back(concat(where, ": \"", key, "\" has no effect with trainer: sft; remove it"));
  if (config.trainer == "grpo") {
    if (config.rollout.group_size < 2)
      problems.push_back(concat(place("rollout.group_size"), ": group_size is ", config.rollout.group_size, ", grpo compares at least 2 responses"));
    if (config.rollout.sampling.temperature == 0)
      problems.push_back(concat(place("rollout.temperature"), ": temperature is 0, grpo needs responses that differ"));
    if (config.rewards.empty()) problems.push_back(concat(place("rewards"), ": no rewards"));
    const auto of_rewards = check(config.rewards, config.reward_options, config.rollout.max_new_tokens, locations);
    problems.insert(problems.end(), of_rewards.begin(), of_rewards.end());
  }
  return problems;
}

}  // namespace vrlt::trainer
