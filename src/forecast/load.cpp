#include "vrlt/forecast/load.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/settings/lora_section.h"

namespace vrlt::forecast {
namespace {

/// Of a supervised answer, and of one with the thinking before it: about.
constexpr int64_t kAnswerTokens = 20, kThinkAnswerTokens = 512;

Generation generation_of(const settings::RolloutSection& section) {
  return {.group_size = section.group_size,
          .max_new_tokens = section.max_new_tokens,
          .cache_gigabytes = section.cache_gigabytes};
}

Generation generation_of(const settings::TrainConfig& config) {
  if (!config.is_sft()) return generation_of(config.rollout);
  const bool thinks = config.sft.reference_target() == data::ReferenceTarget::kThinkAnswer;
  return {.group_size = 1, .max_new_tokens = thinks ? kThinkAnswerTokens : kAnswerTokens};
}

double clip_cache_bytes(const settings::DataSection& data) {
  constexpr double kMegabyte = 1 << 20;
  return static_cast<double>(data.cache_megabytes) * kMegabyte;
}

}  // namespace

NumberType number_type_of(const settings::ModelSection& section) {
  return {.dtype = section.dtype, .on_cpu = section.device == "cpu"};
}

PassSettings pass_settings_of(const settings::TrainConfig& config) {
  const bool grpo = !config.is_sft();
  return {.supervised = !grpo,
          .trains_adapter = config.lora.is_on(),
          .trains_vision = !config.model.freeze_vision,
          .has_reference = grpo && config.algorithm.needs_reference(),
          .has_old_log_probs = grpo && config.algorithm.needs_old_log_probs(),
          .passes = grpo ? config.algorithm.passes : 1};
}

TrainingLoad load_of(const settings::TrainConfig& config) {
  return {.numbers = number_type_of(config.model),
          .passes = pass_settings_of(config),
          .lora = config.lora,
          .sharding = config.distributed,
          .optimizer = config.optim.optimizer,
          .checkpoints_blocks = config.model.checkpoints_blocks(),
          .reference_moves = config.algorithm.reference_sync_every > 0,
          .prompts_per_step = config.prompts_per_step,
          .micro_batch = config.micro_batch,
          .micro_batch_tokens = config.micro_batch_tokens,
          .updates_per_pass = config.is_sft() ? 1 : config.algorithm.updates_per_pass,
          .generation = generation_of(config),
          .clip_cache_bytes = clip_cache_bytes(config.data)};
}

AskingLoad load_of(const settings::ModelSection& model, const settings::DataSection& data,
                   const settings::RolloutSection& generation, int64_t batch, int64_t prompts) {
  return {.numbers = number_type_of(model),
          .lora = settings::adapter_of(model),
          .generation = generation_of(generation),
          .prompts = prompts,
          .batch = batch,
          .clip_cache_bytes = clip_cache_bytes(data)};
}

PoolSizes pool_sizes(const PromptSizes& sizes) {
  VRLT_CHECK(!sizes.empty(), "no prompt");
  PoolSizes pool;
  const auto share = 1.0 / static_cast<double>(sizes.size());
  for (const auto& size : sizes) {
    pool.mean.text_tokens += share * size.text_tokens;
    pool.mean.vision_tokens += share * size.vision_tokens;
    pool.mean.tokens_per_slice += share * size.tokens_per_slice;
    if (size.tokens() > pool.longest.tokens()) pool.longest = size;
  }
  return pool;
}

int64_t prompts_of_rank(const TrainingLoad& load, const Ranks& ranks) {
  return (load.prompts_per_step + ranks.all - 1) / ranks.all;
}

}  // namespace vrlt::forecast
