#include "vrlt/settings/train_config.h"

#include <algorithm>

#include "settings/run_name.h"
#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/objective_choices.h"
#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/data/prompt.h"
#include "vrlt/optim/optimizer_table.h"
#include "vrlt/settings/log_prob_temperature.h"
#include "vrlt/settings/lora_section.h"
#include "vrlt/settings/preset_table.h"
#include "vrlt/settings/reward_section.h"

namespace vrlt::settings {
namespace {

void visit_optim(config::FieldVisitor& v, optim::OptimConfig& c) {
  v.field({.name = "optimizer",
           .help = "how weights move by their gradients",
           .choices = names_of(optim::kOptimizerChoices)},
          c.optimizer);
  v.field({.name = "lr", .help = "peak learning rate", .min = 0, .max = 1}, c.lr);
  v.field({.name = "beta1", .help = "decay of the first moment", .min = 0, .max = 1}, c.beta1);
  v.field({.name = "beta2", .help = "decay of the second moment", .min = 0, .max = 1}, c.beta2);
  v.field({.name = "epsilon", .help = "added to the root of the second moment", .min = 0, .max = 1},
          c.epsilon);
  v.field({.name = "weight_decay", .help = "decoupled weight decay", .min = 0, .max = 1},
          c.weight_decay);
  v.field({.name = "max_grad_norm",
           .help = "clip the norm of all gradients to this; 0: do not",
           .min = 0},
          c.max_grad_norm);
  v.field({.name = "schedule",
           .help = "of the learning rate after warm-up",
           .choices = optim::lr_schedule_names()},
          c.schedule);
  v.field({.name = "warmup_steps", .help = "optimizer steps of linear warm-up", .min = 0},
          c.warmup_steps);
  v.field(
      {.name = "max_skipped_updates",
       .help = "updates in a row left out for gradients that are not finite, before the run stops",
       .min = 0},
      c.max_skipped_updates);
}

void visit_sharding(config::FieldVisitor& v, optim::ShardingConfig& c) {
  v.field({.name = "shard",
           .help = "what is cut over the ranks. optimizer: its state, the least to transfer; "
                   "gradients: their sums too, which then meet in every pass; parameters: the "
                   "decoder's layers too, which then come one by one in every pass. The weights "
                   "are the same",
           .choices = names_of(optim::kShardModes)},
          c.shard);
  v.field(
      {.name = "shard_ranks",
       .help = "neighbouring ranks that share one copy of the sums, and of the layers; a divisor "
               "of the number of ranks, or more than there are; 0: where ranks meet in every "
               "pass those of a machine, if there are several, else all",
       .min = 0},
      c.shard_ranks);
  v.field({.name = "exact_sums",
           .help = "sums of bfloat16 gradients in float64 instead of float32, so that the number "
                   "of ranks does not show in their rounding; twice the bytes"},
          c.exact_sums);
}

bool rewards_accuracy(const TrainConfig& config) {
  return measure_accuracy(config.rewards, config.reward_options);
}

/// Combinations of the algorithm that cannot work.
class AlgorithmCheck {
 public:
  AlgorithmCheck(const TrainConfig& config, const config::KeyLocations& locations,
                 std::vector<std::string>& problems)
      : config_(config), algorithm_(config.algorithm), locations_(locations), problems_(problems) {}

  void run() {
    check_effects();
    check_loss();
    check_advantage();
    check_reference();
    check_batches();
  }

 private:
  template <typename... Parts>
  void refuse(const std::string& key, const Parts&... parts) {
    problems_.push_back(concat(place_of(key, locations_), ": ", parts...));
  }

  void check_effects() {
    const std::string prefix = "algorithm.";
    for (const auto& [key, where] : locations_) {
      if (!key.starts_with(prefix)) continue;
      const auto why = without_effect(key.substr(prefix.size()), algorithm_);
      if (!why.empty()) problems_.push_back(concat(where, ": \"", key, "\" ", why, "; remove it"));
    }
  }

  void check_loss() {
    const auto& loss = algorithm_.objective.policy_loss;
    const auto& entry = find_row(algorithm::kLossTraits, loss.loss, "loss");
    const auto& aggregation = algorithm_.objective.aggregation;
    if (entry.clips && loss.clip_ratio_low >= 1)
      refuse("algorithm.clip_ratio_low", "clip_ratio_low is ", loss.clip_ratio_low,
             ", expected below 1: a ratio is never negative");
    if (const auto needs = entry.needs == nullptr ? std::string() : entry.needs(loss);
        !needs.empty()) {
      const auto& parameter = entry.parameters.front();
      refuse(value_of(parameter, loss) ? concat("algorithm.", parameter.name) : "algorithm.loss",
             "loss: ", loss.loss, " needs ", needs);
    }
    if (entry.ratio != nullptr && loss.ratio != entry.ratio)
      refuse(locations_.contains("algorithm.ratio") ? "algorithm.ratio" : "algorithm.loss",
             "loss: ", loss.loss, " needs ratio: ", entry.ratio);
    if (entry.aggregation != nullptr && aggregation.mode != entry.aggregation)
      refuse(
          locations_.contains("algorithm.aggregation") ? "algorithm.aggregation" : "algorithm.loss",
          "loss: ", loss.loss, " needs aggregation: ", entry.aggregation);
    const auto& mode = find_row(algorithm::aggregation_table(), aggregation.mode, "aggregation");
    if (mode.needs_const_length && !aggregation.const_length)
      refuse("algorithm.aggregation", "aggregation: ", aggregation.mode,
             " needs const_length (rollout.max_new_tokens is ", config_.rollout.max_new_tokens,
             ")");
  }

  void check_advantage() {
    if (algorithm_.advantage.composition != "normalize_then_sum") return;
    if (algorithm_.advantage.estimator != "group_std")
      refuse(
          "algorithm.reward_composition",
          "normalize_then_sum needs advantage: group_std, it normalises each reward by its group");
    if (algorithm_.kl_reward.coef > 0)
      refuse("algorithm.reward_composition",
             "normalize_then_sum has no total that kl_reward_coef could be taken from");
  }

  void check_reference() {
    if (algorithm_.reference_sync_every > 0 && !algorithm_.needs_reference())
      refuse("algorithm.reference_sync_every",
             "there is no reference to move: kl_coef and kl_reward_coef are 0");
    if (algorithm_.reference_sync_every > 0 && config_.lora.is_on() &&
        algorithm_.reference_sync_alpha != 1.0)
      refuse("algorithm.reference_sync_alpha", "reference_sync_alpha is ",
             algorithm_.reference_sync_alpha,
             ", and of an adapter, a product of two factors, only a whole copy is one again; "
             "set it to 1");
    const auto& correction = algorithm_.objective.correction;
    if (one_temperature(config_)) return;
    const char* what =
        "the sampler's log-probabilities are at rollout.temperature, the update's are not: ";
    if (correction.corrects())
      refuse("algorithm.logprob_temperature", what, "set is_correction: none");
    if (correction.off_policy_threshold)
      refuse("algorithm.off_policy_threshold", what,
             "remove off_policy_threshold, or set logprob_temperature: rollout");
  }

  void check_batches() {
    if (config_.prompts_per_step % algorithm_.updates_per_pass != 0)
      refuse("algorithm.updates_per_pass", "updates_per_pass is ", algorithm_.updates_per_pass,
             ", expected a divisor of prompts_per_step (", config_.prompts_per_step, ")");
    if (algorithm_.dynamic_sampling.enabled && !rewards_accuracy(config_))
      refuse("algorithm.dynamic_sampling",
             "dynamic_sampling compares accuracy, and no reward measures it");
  }

  const TrainConfig& config_;
  const AlgorithmSection& algorithm_;
  const config::KeyLocations& locations_;
  std::vector<std::string>& problems_;
};

/// Combinations of the rule that decides what is trained on with the rest.
void check_rule(const TrainConfig& config, const config::KeyLocations& locations,
                std::vector<std::string>& problems) {
  const auto& rule = config.online_selection.of_rule();
  const auto refuse = [&](const char* why) {
    problems.push_back(
        concat(place_of("online_selection.rule", locations), ": rule: ", rule.name, why));
  };
  if (rule.replaces_groups && config.algorithm.dynamic_sampling.enabled)
    refuse(" replaces groups without signal itself, remove algorithm.dynamic_sampling");
  if (rule.looks_at_accuracy && !rewards_accuracy(config))
    refuse(" looks at accuracy, and no reward measures it");
}

void visit_run_fields(config::FieldVisitor& v, TrainConfig& c) {
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true},
          c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field({.name = "trainer",
           .help = "grpo: reinforcement learning; sft: supervised fine-tuning",
           .choices = {"grpo", "sft"}},
          c.trainer);
  v.field({.name = "seed", .help = "of data order, sampling and random weights"}, c.seed);
  v.field({.name = "steps", .help = "batches of prompts to train on", .min = 1, .max = 1e9},
          c.steps);
  v.field({.name = "prompts_per_step",
           .help = "prompts per step, over all ranks",
           .min = 1,
           .max = 1e6},
          c.prompts_per_step);
  v.field({.name = "micro_batch",
           .help = "prompts per forward and backward pass: memory and speed; weights change by "
                   "rounding only, with 1 and is_correction: none not even by "
                   "the number of ranks (a correction sees the rounding of the sampler, which "
                   "decodes other batches)",
           .min = 1,
           .max = 1e6},
          c.micro_batch);
  v.field({.name = "micro_batch_tokens",
           .help = "tokens of prompts and responses per pass at most; a larger prompt goes alone; "
                   "0: no bound",
           .min = 0},
          c.micro_batch_tokens);
  v.field({.name = "logged_rollouts",
           .help = "prompts per step written to rollouts.jsonl",
           .min = 0,
           .max = 1e6},
          c.logged_rollouts);
  v.field({.name = "device_tflops",
           .help = "peak of one device in TFLOP/s, for the utilisation (MFU) of each step and "
                   "--dry-run; not set: measured at start, the best of a few "
                   "large matrix products in model.dtype",
           .min = 1e-6},
          c.device_tflops);
}

}  // namespace

void visit_fields(config::FieldVisitor& v, TrainConfig& c) {
  visit_run_fields(v, c);
  v.section("model", "the model to train", c.model);
  v.begin_section("lora", "a low-rank adapter that is trained in place of the weights");
  visit_lora(v, c.lora);
  v.end_section();
  v.section("data", "the training samples", c.data);
  visit_media_sections(v, c.video, c.image);
  if (!c.is_sft() || v.wants_fields_without_effect()) {
    v.begin_section("rollout", "how responses are sampled");
    visit_fields(v, c.rollout);
    v.field({.name = "weights",
             .help = "with distributed.shard: parameters. whole: all layers come once and stay for "
                     "the rollout; layers: they come one by one for every token, which takes less "
                     "memory and much longer; auto: whole where that takes at most half of what "
                     "each rank has free. The responses are the same",
             .choices = names_of(kRolloutWeights)},
            c.rollout_weights);
    v.end_section();
    visit_rewards(v,
                  "rewards or presets (--list rewards, reward_presets) and their weights; "
                  "{command: ..., weight: ...}: a program of yours",
                  c.rewards, c.reward_options);
    v.section("reward_options", "how answers are read, and the parameters of rewards",
              c.reward_options);
    v.section("algorithm", "the policy update", c.algorithm);
    v.section("online_selection", "which samples the run trains on, decided while it trains",
              c.online_selection);
  }
  if (c.is_sft() || v.wants_fields_without_effect()) {
    v.begin_section("sft", "supervised fine-tuning");
    v.field({.name = "target",
             .help = "answer, or think_answer: the \"thinking\" of each record before it",
             .choices = {"answer", "think_answer"}},
            c.sft.target);
    v.field({.name = "aggregation",
             .help = "tokens count the same, or samples do",
             .choices = {"token_mean", "seq_mean_token_mean"}},
            c.sft.aggregation);
    v.end_section();
  }
  v.section("validation", "held-out questions that are asked while the run trains", c.validation);
  v.begin_section("optim", "the optimizer and its learning rate");
  visit_optim(v, c.optim);
  v.end_section();
  v.begin_section("distributed", "how training is spread over ranks");
  visit_sharding(v, c.distributed);
  v.end_section();
  v.begin_section("checkpoint", "what is kept of the run");
  v.field({.name = "every", .help = "steps between checkpoints", .min = 1}, c.checkpoint.every);
  v.field({.name = "keep", .help = "newest checkpoints kept", .min = 1}, c.checkpoint.keep);
  v.field({.name = "optimizer",
           .help = "which checkpoints hold the optimizer, without which no run goes on: all; the "
                   "last; or that one only while the run is unfinished",
           .choices = {"all", "last", "unfinished"}},
          c.checkpoint.optimizer);
  v.field({.name = "verify",
           .help = "with several ranks, which checkpoints are read back by other ranks before they "
                   "count",
           .choices = {"first", "always", "never"}},
          c.checkpoint.verify);
  v.end_section();
}

std::vector<std::string> check(const TrainConfig& config, const config::KeyLocations& locations) {
  auto problems = check_run_name(config.name, locations);
  for (const auto& problem :
       check(config.model, config.data, config.video, config.image, locations))
    problems.push_back(problem);
  for (const auto& problem : check(config.lora, config.model, locations))
    problems.push_back(problem);
  for (const auto& problem : check(config.validation, locations)) problems.push_back(problem);
  const auto place = [&](const std::string& key) { return place_of(key, locations); };
  const std::vector<std::string> without_effect =
      config.is_sft() ? std::vector<std::string>{"rollout", "rewards", "reward_options",
                                                 "algorithm", "online_selection"}
                      : std::vector<std::string>{"sft"};
  for (const auto& section : without_effect) {
    // the section, or from the command line one of its keys
    const auto found = locations.lower_bound(section);
    if (found != locations.end() && (found->first + ".").starts_with(section + "."))
      problems.push_back(concat(found->second, ": \"", section,
                                "\" has no effect with trainer: ", config.trainer, "; remove it"));
  }
  for (const auto& [key, decay] :
       {std::pair("optim.beta1", config.optim.beta1), std::pair("optim.beta2", config.optim.beta2)})
    if (decay >= 1)
      problems.push_back(concat(place(key), ": is ", decay,
                                ", expected below 1: a moment that forgets nothing takes in "
                                "nothing either, and its correction divides by 0"));
  if (!config.is_sft()) {
    if (config.rollout.group_size < 2)
      problems.push_back(concat(place("rollout.group_size"), ": group_size is ",
                                config.rollout.group_size, ", grpo compares at least 2 responses"));
    // Below it, logits divided by it leave what float32 holds.
    constexpr double kLowestTemperature = 1e-3;
    if (config.rollout.sampling.temperature < kLowestTemperature)
      problems.push_back(concat(place("rollout.temperature"), ": temperature is ",
                                config.rollout.sampling.temperature,
                                ", grpo needs responses that differ"));
    if (config.rolls_out_by_layers() && config.validation.is_on())
      problems.push_back(concat(place("rollout.weights"),
                                ": weights: layers, and a validation brings all layers at once; "
                                "take auto or whole, or score the checkpoints with vrlt-eval"));
    if (config.rollout_weights != "auto" && !config.distributed.shards_parameters())
      problems.push_back(concat(place("rollout.weights"), ": weights: ", config.rollout_weights,
                                " has no effect with distributed.shard: ", config.distributed.shard,
                                ", where every rank has all layers; remove it, or set shard: "
                                "parameters"));
    if (config.rewards.empty()) problems.push_back(concat(place("rewards"), ": no rewards"));
    AlgorithmCheck(config, locations, problems).run();
    for (const auto& problem : check(config.online_selection, locations))
      problems.push_back(problem);
    check_rule(config, locations, problems);
    const auto of_rewards =
        check(config.rewards, config.reward_options, config.rollout.max_new_tokens,
              ControlRollouts::kSampled, locations);
    problems.insert(problems.end(), of_rewards.begin(), of_rewards.end());
  }
  return problems;
}

std::vector<std::string> doubts(const TrainConfig& config, const config::KeyLocations& locations) {
  std::vector<std::string> found;
  const auto doubt = [&](const char* key, const auto&... parts) {
    found.push_back(concat(place_of(key, locations), ": ", parts...));
  };
  constexpr double kSlowForAdapters = 1e-5;
  if (config.lora.is_on() && config.optim.lr < kSlowForAdapters)
    doubt("optim.lr", "lr is ", config.optim.lr,
          ", at which an adapter hardly moves: it takes "
          "about ten times the rate of full training, 1e-5 to 1e-4");
  if (config.is_sft()) {
    if (data::find_prompt(config.data.prompt).think &&
        config.sft.reference_target() == data::ReferenceTarget::kAnswer)
      doubt("data.prompt", "the prompt \"", config.data.prompt,
            "\" asks for thinking, and sft.target: answer teaches none; take a prompt without it, "
            "think_answer with records that have \"thinking\", or records with a \"response\"");
    return found;
  }
  for (auto& wider : doubts(config.reward_options, locations)) found.push_back(std::move(wider));
  const auto& objective = config.algorithm.objective;
  const auto& sampling = config.rollout.sampling;
  if (objective.policy_loss.ratio != "token" && objective.aggregation.mode == "const")
    doubt("algorithm.aggregation", "ratio: ", objective.policy_loss.ratio,
          " with aggregation: const weighs a response by its length twice");
  if (objective.aggregation.mode == "local_token_mean")
    doubt("algorithm.aggregation",
          "local_token_mean depends on micro_batch and the number of ranks; token_mean does not");
  if (objective.kl.coef > 0 && objective.kl.estimator == "k1")
    doubt(
        "algorithm.kl_estimator",
        "k1 as a loss has the same gradient whatever the reference says; k2 or k3 pull towards it");
  if (sampling.top_p < 1 || sampling.top_k > 0 || sampling.min_p > 0)
    doubt(sampling.top_p < 1   ? "rollout.top_p"
          : sampling.top_k > 0 ? "rollout.top_k"
                               : "rollout.min_p",
          "responses come from a narrowed distribution, the update trains the full one; "
          "is_correction: ",
          objective.correction.mode,
          objective.correction.corrects() ? " weighs tokens by the difference"
                                          : " leaves the difference out of account");
  return found;
}

TrainConfig load_train_config(const std::filesystem::path& file,
                              const std::vector<std::string>& overrides,
                              std::vector<std::string>* doubts) {
  TrainConfig named;
  read_ahead(file, overrides, [&](config::FieldVisitor& v) { visit_fields(v, named); });
  TrainConfig config;
  config.algorithm = find_preset(named.algorithm.preset).section(named.rollout);
  set_model_defaults(named.model.path, config.model, config.video, config.image);
  set_adapter_defaults(named.model, config.lora);
  const auto visit = [&](config::FieldVisitor& v) { visit_fields(v, config); };
  config::load(file, overrides, visit, [&](const config::KeyLocations& locations) {
    auto problems = check(config, locations);
    if (problems.empty() && doubts != nullptr) *doubts = settings::doubts(config, locations);
    return problems;
  });
  return config;
}

}  // namespace vrlt::settings
