#include "config/foreign_keys.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::config {
namespace {

/// A key of another project. It is found by the end of what was written: "rollout.n" stands for
/// "actor_rollout_ref.rollout.n" and "worker.rollout.n".
struct ForeignKey {
  const char* name;
  const char* ours;  ///< Null: there is none.
  const char* note;  ///< What differs, or what to do; null: it means the same.
};

constexpr const char* kSteps =
    "steps counts batches of prompts_per_step: epochs times samples, divided by prompts_per_step";
constexpr const char* kBatch =
    "prompts_per_step counts prompts over all ranks, not samples or responses of one device";
constexpr const char* kMicroBatch = "micro_batch counts prompts, each with all its responses";
constexpr const char* kUpdates =
    "the number of updates that prompts_per_step is cut into, not the size of each";
constexpr const char* kWarmup = "warmup_steps is a number of updates, not a share of them";
constexpr const char* kPromptLength =
    "prompts are never cut; video.max_frames and video.total_pixels bound them";
constexpr const char* kRecords = "JSON Lines files of records; vrlt-data convert writes them";
constexpr const char* kLaunch = "ranks come from the launcher: torchrun, srun or mpirun";
constexpr const char* kResume = "the same command goes on where a run stopped; see --resume";
constexpr const char* kShard =
    "optimizer and sums of gradients are cut over ranks, weights stay whole";
constexpr const char* kFull = "there is none: all weights are trained, whole on each rank";
constexpr const char* kEngine = "there is none: the program generates responses itself";
constexpr const char* kValidationSteps = "with validation.records, files of held-out records";
constexpr const char* kTensorBoard =
    "there is none: every run writes metrics.jsonl and tensorboard/";
constexpr const char* kKlLoss = "kl_coef above 0 puts the divergence into the loss";
constexpr const char* kOwnReward =
    "[{name: ..., weight: ...}, ...], one of your own as {command: \"python3 my_reward.py\"}";
constexpr const char* kKlReward = "kl_reward_coef above 0 takes the divergence from the reward";

constexpr ForeignKey kForeignKeys[] = {
    // Hugging Face TrainingArguments
    {"learning_rate", "optim.lr", nullptr},
    {"per_device_train_batch_size", "prompts_per_step", kBatch},
    {"train_batch_size", "prompts_per_step", kBatch},
    {"gradient_accumulation_steps", "micro_batch",
     "prompts_per_step is the whole batch of an update, micro_batch the prompts of one pass"},
    {"num_train_epochs", "steps", kSteps},
    {"max_steps", "steps", nullptr},
    {"lr_scheduler_type", "optim.schedule", nullptr},
    {"warmup_ratio", "optim.warmup_steps", kWarmup},
    {"adam_beta1", "optim.beta1", nullptr},
    {"adam_beta2", "optim.beta2", nullptr},
    {"adam_epsilon", "optim.epsilon", nullptr},
    {"save_steps", "checkpoint.every", nullptr},
    {"save_total_limit", "checkpoint.keep", nullptr},
    {"logging_steps", nullptr, "there is none: every step is logged"},
    {"eval_steps", "validation.every", kValidationSteps},
    {"eval_strategy", "validation.every", kValidationSteps},
    {"load_best_model_at_end", "validation.keep_best", kValidationSteps},
    {"early_stopping_patience", "validation.stop_after", kValidationSteps},
    {"output_dir", "output", "the folder of all runs; name is the folder of this one in it"},
    {"run_name", "name", nullptr},
    {"report_to", nullptr, kTensorBoard},
    {"bf16", "model.dtype", "bfloat16 or float32"},
    {"fp16", "model.dtype", "bfloat16 or float32"},
    {"torch_dtype", "model.dtype", "bfloat16 or float32"},
    {"gradient_checkpointing", "model.activation_checkpointing", "none or blocks"},
    {"dataloader_num_workers", "data.reader_threads", nullptr},
    {"resume_from_checkpoint", nullptr, kResume},
    {"deepspeed", "distributed.shard", kShard},
    {"fsdp", "distributed.shard", kShard},
    {"model_name_or_path", "model.path", "a folder; nothing is downloaded"},
    {"dataset_name", "data.records", kRecords},
    {"dataset", "data.records", kRecords},
    // TRL GRPOConfig
    {"num_generations", "rollout.group_size", nullptr},
    {"max_completion_length", "rollout.max_new_tokens", nullptr},
    {"max_prompt_length", nullptr, kPromptLength},
    {"beta", "algorithm.kl_coef", nullptr},
    {"epsilon", "algorithm.clip_ratio_low",
     "and clip_ratio_high; the epsilon of Adam is optim.epsilon"},
    {"epsilon_high", "algorithm.clip_ratio_high", nullptr},
    {"delta", "algorithm.ratio_max", "of loss: ppo_two_sided"},
    {"num_iterations", "algorithm.passes", nullptr},
    {"steps_per_generation", "algorithm.updates_per_pass", kUpdates},
    {"loss_type", "algorithm.aggregation",
     "grpo is seq_mean_token_mean, dapo token_mean, dr_grpo const, bnpo local_token_mean"},
    {"scale_rewards", "algorithm.advantage",
     "group is group_std, batch is batch_std, none is none"},
    {"importance_sampling_level", "algorithm.ratio", nullptr},
    {"mask_truncated_completions", "algorithm.mask_truncated", nullptr},
    {"sync_ref_model", "algorithm.reference_sync_every",
     "the number of updates between two moves of the reference"},
    {"ref_model_sync_steps", "algorithm.reference_sync_every", nullptr},
    {"ref_model_mixup_alpha", "algorithm.reference_sync_alpha", nullptr},
    {"reward_funcs", "rewards", kOwnReward},
    {"reward_weights", "rewards", "[{name: ..., weight: ...}, ...]"},
    {"use_vllm", nullptr, kEngine},
    {"init_kl_coef", "algorithm.kl_reward_coef", kKlReward},
    // verl and EasyR1
    {"rollout.n", "rollout.group_size", nullptr},
    {"response_length", "rollout.max_new_tokens", nullptr},
    {"max_response_length", "rollout.max_new_tokens", nullptr},
    {"train_files", "data.records", kRecords},
    {"val_files", "validation.records", kRecords},
    {"test_freq", "validation.every", kValidationSteps},
    {"val_freq", "validation.every", kValidationSteps},
    {"val_before_train", "validation.before", kValidationSteps},
    {"val_generations_to_log", "validation.samples", kValidationSteps},
    {"rollout_batch_size", "prompts_per_step", nullptr},
    {"ppo_mini_batch_size", "algorithm.updates_per_pass", kUpdates},
    {"global_batch_size", "algorithm.updates_per_pass", kUpdates},
    {"ppo_micro_batch_size", "micro_batch", kMicroBatch},
    {"ppo_micro_batch_size_per_gpu", "micro_batch", kMicroBatch},
    {"micro_batch_size_per_device_for_update", "micro_batch", kMicroBatch},
    {"micro_batch_size_per_device_for_experience", "micro_batch", kMicroBatch},
    {"ppo_max_token_len_per_gpu", "micro_batch_tokens", nullptr},
    {"ppo_epochs", "algorithm.passes", nullptr},
    {"clip_ratio", "algorithm.clip_ratio_low", "and clip_ratio_high"},
    {"clip_ratio_c", "algorithm.dual_clip", "of loss: ppo_dual_clip"},
    {"clip_ratio_dual", "algorithm.dual_clip", "of loss: ppo_dual_clip"},
    {"loss_agg_mode", "algorithm.aggregation",
     "token-mean is token_mean, seq-mean-token-sum is seq_mean_token_sum"},
    {"entropy_coeff", "algorithm.entropy_coef", nullptr},
    {"use_kl_loss", "algorithm.kl_coef", kKlLoss},
    {"disable_kl", "algorithm.kl_coef", "0 is without"},
    {"kl_loss_coef", "algorithm.kl_coef", nullptr},
    {"kl_loss_type", "algorithm.kl_estimator", "kl is k1, mse is k2, low_var_kl is k3"},
    {"kl_penalty", "algorithm.kl_estimator", "kl is k1, mse is k2, low_var_kl is k3"},
    {"use_kl_in_reward", "algorithm.kl_reward_coef", kKlReward},
    {"kl_ctrl.kl_coef", "algorithm.kl_reward_coef", kKlReward},
    {"target_kl", "algorithm.kl_reward_target", nullptr},
    {"kl_ctrl.horizon", "algorithm.kl_reward_horizon", nullptr},
    {"adv_estimator", "algorithm.advantage",
     "grpo is group_std; or set algorithm.preset (--list presets)"},
    {"norm_adv_by_std_in_grpo", "algorithm.advantage", "group_std, or none without the division"},
    {"filter_groups.enable", "algorithm.dynamic_sampling", nullptr},
    {"max_num_gen_batches", "algorithm.ds_max_batches", nullptr},
    {"grad_clip", "optim.max_grad_norm", nullptr},
    {"lr_warmup_steps", "optim.warmup_steps", nullptr},
    {"lr_warmup_steps_ratio", "optim.warmup_steps", kWarmup},
    {"lr_warmup_ratio", "optim.warmup_steps", kWarmup},
    {"model_path", "model.path", "a folder; nothing is downloaded"},
    {"enable_gradient_checkpointing", "model.activation_checkpointing", "none or blocks"},
    {"freeze_vision_tower", "model.freeze_vision", nullptr},
    {"lora_rank", "lora.rank", nullptr},
    {"lora_r", "lora.rank", nullptr},
    {"lora_alpha", "lora.alpha", nullptr},
    {"use_rslora", "lora.rslora", nullptr},
    {"target_modules", "lora.targets", "of the decoder alone"},
    {"lora_target_modules", "lora.targets", "of the decoder alone"},
    {"lora_dropout", nullptr,
     "there is none: responses are sampled without it, and the update must see the same policy"},
    {"total_epochs", "steps", kSteps},
    {"total_episodes", "steps", kSteps},
    {"total_training_steps", "steps", nullptr},
    {"project_name", "output", "the folder of all runs; name is the folder of this one in it"},
    {"experiment_name", "name", nullptr},
    {"save_freq", "checkpoint.every", nullptr},
    {"save_limit", "checkpoint.keep", nullptr},
    {"max_actor_ckpt_to_keep", "checkpoint.keep", nullptr},
    {"save_checkpoint_path", "output", nullptr},
    {"load_checkpoint_path", nullptr, kResume},
    {"resume_mode", nullptr, kResume},
    {"n_gpus_per_node", nullptr, kLaunch},
    {"nnodes", nullptr, kLaunch},
    {"logger", nullptr, kTensorBoard},
    {"tensor_model_parallel_size", nullptr, kFull},
    {"tensor_parallel_size", nullptr, kFull},
    {"gpu_memory_utilization", nullptr, kEngine},
    {"score_function", "rewards", kOwnReward},
    {"reward_function", "rewards", kOwnReward},
    {"video_fps", "video.fps", nullptr},
    // ms-swift
    {"rlhf_type", "trainer", "grpo or sft"},
    {"train_type", "lora.rank", "above 0: an adapter (LoRA); 0: all weights"},
    {"freeze_vit", "model.freeze_vision", nullptr},
    {"dynamic_sample", "algorithm.dynamic_sampling", nullptr},
    {"max_resample_times", "algorithm.ds_max_batches", nullptr},
    {"overlong_filter", "algorithm.mask_truncated", nullptr},
    {"soft_cache_length", "reward_options.overlong_buffer", nullptr},
    {"nframes", "video.num_frames", nullptr},
    {"fps_max_frames", "video.max_frames", nullptr},
    {"fps_min_frames", "video.min_frames", nullptr},
};

bool ends_in(const std::string& key, const std::string& name) {
  return key == name || key.ends_with("." + name);
}

bool contains(const std::vector<std::string>& all, const std::string& key) {
  return std::find(all.begin(), all.end(), key) != all.end();
}

/// Ours, as the program at hand calls it: vrlt-eval generates where others roll out.
std::string name_here(const std::string& ours, const std::vector<std::string>& all) {
  if (contains(all, ours)) return ours;
  const std::string from = "rollout.", to = "generation.";
  if (ours == "rollout.group_size" && contains(all, "generation.samples"))
    return "generation.samples";
  if (ours.starts_with(from) && contains(all, to + ours.substr(from.size())))
    return to + ours.substr(from.size());
  return {};
}

}  // namespace

std::string foreign_key_text(const std::string& key, const std::vector<std::string>& all) {
  const auto row = std::find_if(std::begin(kForeignKeys), std::end(kForeignKeys),
                                [&](const ForeignKey& entry) { return ends_in(key, entry.name); });
  if (row == std::end(kForeignKeys)) return {};
  if (row->ours == nullptr) return row->note;
  const auto here = name_here(row->ours, all);
  const auto text = here.empty() ? concat("it is ", row->ours, " of vrlt-train")
                                 : concat("it is ", here, " here");
  return row->note == nullptr ? text : concat(text, ": ", row->note);
}

std::vector<std::string> keys_named_for_foreign_ones() {
  std::vector<std::string> keys;
  for (const auto& row : kForeignKeys)
    if (row.ours != nullptr) keys.emplace_back(row.ours);
  return keys;
}

}  // namespace vrlt::config
