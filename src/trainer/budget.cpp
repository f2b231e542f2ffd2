#include "vrlt/trainer/budget.h"

#include <ATen/Context.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/rand.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "vrlt/core/error.h"
#include "vrlt/processor/prompt_cost.h"

namespace vrlt::trainer {
namespace {

constexpr double kMultiplyAdd = 2.0;
constexpr double kForward = 1.0, kForwardAndBackward = 3.0;  // gradients of inputs and of weights cost a forward pass each
constexpr double kCheckpointed = 4.0;                        // and one to compute activations again
constexpr double kTemplateTokens = 20.0;                     // of the chat template around a question
constexpr double kPatchElements = 1176.0, kFloatBytes = 4.0;

/// Matrices and attention of `tokens` tokens, each of which attends to `context` others.
double tower_flops(const model::ModelShape::Tower& tower, double tokens, double context) {
  const double matrices = kMultiplyAdd * static_cast<double>(tower.per_token_parameters);
  const double attention = 2 * kMultiplyAdd * static_cast<double>(tower.layers * tower.query_width) * context;  // scores and sums
  return tokens * (matrices + attention);
}

double vision_flops(const model::ModelShape& shape, double patches, double patches_per_slice) {
  const double full = static_cast<double>(shape.full_attention_layers) / static_cast<double>(std::max<int64_t>(1, shape.vision.layers));
  const double window = std::min(static_cast<double>(shape.window_patches), patches_per_slice);
  return tower_flops(shape.vision, patches, full * patches_per_slice + (1 - full) * window);
}

/// What a backward pass keeps of one token: inputs of every matrix, norms and activations of every layer; with checkpoints only the inputs
/// of all layers, and the rest of the one that is computed again.
double activation_elements(const model::ModelShape::Tower& tower, bool checkpoints) {
  const int64_t of_layer = 6 * tower.width + 3 * tower.intermediate + 2 * tower.query_width + 2 * tower.key_width;
  return static_cast<double>(checkpoints ? tower.layers * tower.width + of_layer : tower.layers * of_layer);
}

/// The mean prompt of the samples.
struct MeanPrompt {
  double text = 0.0, vision = 0.0, per_slice = 0.0, longest = 0.0;
  double tokens() const { return text + vision; }
};

MeanPrompt mean_prompt(const TrainConfig& config, const std::vector<data::Sample>& samples) {
  MeanPrompt mean;
  const auto share = 1.0 / static_cast<double>(samples.size());
  for (const auto& sample : samples) {
    const auto size = processor::estimated_size(sample, {config.video, config.image});
    mean.text += share * (size.text_tokens + kTemplateTokens);
    mean.vision += share * size.vision_tokens;
    mean.per_slice += share * size.tokens_per_slice;
    mean.longest = std::max(mean.longest, size.tokens() + kTemplateTokens);
  }
  return mean;
}

/// Passes over a step's prompts and responses: how many forward passes they amount to.
struct Passes {
  double vision = 0.0, prefill = 0.0, decode = 0.0, update = 0.0, others = 0.0;
};

Passes count_passes(const TrainConfig& config) {
  const bool grpo = config.trainer == "grpo", trains_vision = !config.model.freeze_vision;
  const double per_update = config.model.activation_checkpointing == "blocks" ? kCheckpointed : kForwardAndBackward;
  Passes passes{.update = per_update * static_cast<double>(grpo ? config.algorithm.passes : 1)};
  if (grpo) {
    passes.prefill = passes.decode = kForward;
    if (config.algorithm.needs_reference()) passes.others += kForward;
    if (config.algorithm.needs_old_log_probs()) passes.others += kForward;
  }
  // A frozen tower runs once; a trained one in each pass.
  passes.vision = trains_vision ? passes.prefill + passes.others + passes.update : kForward;
  return passes;
}

double type_bytes(const std::string& dtype) { return dtype == "bfloat16" ? 2.0 : kFloatBytes; }

}  // namespace

double Budget::total_flops() const {
  return std::accumulate(work.begin(), work.end(), 0.0, [](double sum, const Work& part) { return sum + part.flops; });
}

double Budget::total_bytes() const {
  return std::accumulate(memory.begin(), memory.end(), 0.0, [](double sum, const Memory& part) { return sum + part.bytes; });
}

Budget estimate_budget(const TrainConfig& config, const model::ModelShape& shape, const std::vector<data::Sample>& samples, int64_t world_size) {
  VRLT_CHECK(!samples.empty() && world_size >= 1, samples.size(), " samples, ", world_size, " ranks");
  const bool grpo = config.trainer == "grpo";
  const auto mean = mean_prompt(config, samples);
  const auto passes = count_passes(config);
  Budget budget{.prompt_tokens = mean.tokens(),
                .longest_prompt_tokens = mean.longest,
                .prompts = config.prompts_per_step,
                .responses = config.prompts_per_step * (grpo ? config.rollout.group_size : 1)};
  const double response = grpo ? static_cast<double>(config.rollout.max_new_tokens) : kTemplateTokens;
  const auto prompts = static_cast<double>(budget.prompts);
  const double prompt_tokens = prompts * mean.tokens(), response_tokens = static_cast<double>(budget.responses) * response;
  budget.response_tokens = static_cast<int64_t>(response_tokens);

  // Causal: half of the own context on average.
  const double prompt_flops = tower_flops(shape.text, prompt_tokens, mean.tokens() / 2);
  const double projection = kMultiplyAdd * static_cast<double>(shape.text.width * shape.vocab_size) * response_tokens;
  const double response_flops = tower_flops(shape.text, response_tokens, mean.tokens() + response / 2) + projection;
  const auto merged = static_cast<double>(shape.patches_per_token);
  const double patches = merged * prompts * mean.vision;
  budget.work = {{"vision tower", patches, passes.vision * vision_flops(shape, patches, merged * mean.per_slice)}};
  if (grpo) {
    budget.work.push_back({"prefill", prompt_tokens, passes.prefill * prompt_flops});
    budget.work.push_back({"decoding", response_tokens, passes.decode * response_flops});
  }
  if (passes.others > 0)
    budget.work.push_back({"old and reference log-probs", prompt_tokens + response_tokens, passes.others * (prompt_flops + response_flops)});
  budget.work.push_back({"update", prompt_tokens + response_tokens, passes.update * (prompt_flops + response_flops)});

  const double bytes = type_bytes(config.model.dtype);
  const auto all = static_cast<double>(shape.text.parameters + shape.vision.parameters);
  const double trained = all - (config.model.freeze_vision ? static_cast<double>(shape.vision.parameters) : 0.0);
  const double prompts_here = std::ceil(prompts / static_cast<double>(world_size));
  const double responses_of_prompt = static_cast<double>(budget.responses) / prompts;
  const double tokens_of_group = mean.tokens() + responses_of_prompt * response;
  double micro = std::min(prompts_here, static_cast<double>(config.micro_batch));
  if (config.micro_batch_tokens > 0)
    micro = std::min(micro, std::max(1.0, std::floor(static_cast<double>(config.micro_batch_tokens) / tokens_of_group)));
  const bool checkpoints = config.model.activation_checkpointing == "blocks";
  const double update_activations =
      micro * tokens_of_group * activation_elements(shape.text, checkpoints) +
      (config.model.freeze_vision ? 0.0 : micro * merged * mean.vision * activation_elements(shape.vision, checkpoints));
  const bool has_masters = config.model.dtype != "float32";
  budget.memory = {{"weights", all * bytes}, {"gradients", trained * bytes}, {"optimizer", trained * kFloatBytes * (has_masters ? 3 : 2)}};
  if (grpo && config.algorithm.needs_reference()) budget.memory.push_back({"reference", all * bytes});
  if (grpo)
    budget.memory.push_back(
        {"keys and values of a rollout", 2 * static_cast<double>(shape.text.layers * shape.text.key_width) * prompts_here * tokens_of_group * bytes});
  budget.memory.push_back({"pixels of a step", prompts_here * merged * mean.vision * kPatchElements * kFloatBytes});
  budget.memory.push_back({"activations of a micro-batch", update_activations * bytes});
  return budget;
}

std::optional<double> measured_flops(const std::string& device, const std::string& dtype) {
  const at::Device where(device);
  if (where.is_cuda() && !at::hasCUDA()) return {};
  constexpr int kTries = 5;
  const int64_t side = where.is_cuda() ? 8192 : 768;
  const auto options = at::TensorOptions().dtype(dtype == "bfloat16" ? at::kBFloat16 : at::kFloat).device(where);
  const auto a = at::rand({side, side}, options), b = at::rand({side, side}, options);
  double best = 0.0;
  for (int i = 0; i < kTries; ++i) {
    const auto start = std::chrono::steady_clock::now();
    at::matmul(a, b)[0][0].item<float>();  // waits for the device
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, kMultiplyAdd * std::pow(static_cast<double>(side), 3) / seconds);
  }
  return best;
}

std::string to_text(const Budget& budget, std::optional<double> flops_per_second) {
  constexpr double kTera = 1e12, kGibi = 1024.0 * 1024.0 * 1024.0;
  std::string text;
  char line[160];
  const auto add = [&](const char* format, auto... values) {
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };
  add("a step: %lld prompts of about %.0f tokens (the longest %.0f), %lld responses, at most %lld response tokens\n",
      static_cast<long long>(budget.prompts), budget.prompt_tokens, budget.longest_prompt_tokens, static_cast<long long>(budget.responses),
      static_cast<long long>(budget.response_tokens));
  add("  %-30s %12s %12s\n", "work of all ranks", "tokens", "TFLOP");
  for (const auto& part : budget.work) add("  %-30s %12.0f %12.4g\n", part.part, part.tokens, part.flops / kTera);
  add("  %-30s %12s %12.4g\n", "together", "", budget.total_flops() / kTera);
  add("  %-30s %12s\n", "memory of a rank, about", "GiB");
  for (const auto& part : budget.memory) add("  %-30s %12.4g\n", part.part, part.bytes / kGibi);
  add("  %-30s %12.4g\n", "together", budget.total_bytes() / kGibi);
  if (flops_per_second)
    add("  at the speed of a large matrix product on this device, %.4g TFLOP/s: a step takes at least %.3g s on one rank\n",
        *flops_per_second / kTera, budget.total_flops() / *flops_per_second);
  else
    text += "  the device is not on this machine: no time is told\n";
  return text;
}

}  // namespace vrlt::trainer
