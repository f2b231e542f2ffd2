#include "vrlt/trainer/budget.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/rand.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "trainer/step/step_flops.h"
#include "trainer/trained_parameters.h"
#include "vrlt/core/error.h"
#include "vrlt/model/adapter_shape.h"
#include "vrlt/model/layers/linear.h"
#include "vrlt/optim/gradient_sum.h"
#include "vrlt/optim/optimizer.h"
#include "vrlt/optim/optimizer_table.h"

namespace vrlt::trainer {
namespace {

constexpr double kMultiplyAdd = 2.0;
constexpr double kTargetTokens = 20.0;  // of a supervised answer
constexpr double kFloatBytes = 4.0;

bool checkpoints_activations(const settings::TrainConfig& config) {
  return config.model.checkpoints_blocks();
}

/// What a backward pass keeps of one token: inputs of every matrix, norms and activations of every
/// layer; with checkpoints only the inputs of all layers, and the rest of the one that is computed
/// again.
/// @param more  elements of an adapter, in each layer.
double activation_elements(const model::ModelShape::Tower& tower, bool checkpoints,
                           int64_t more = 0) {
  const int64_t of_layer =
      6 * tower.width + 3 * tower.intermediate + 2 * tower.query_width + 2 * tower.key_width + more;
  return static_cast<double>(checkpoints ? tower.layers * tower.width + of_layer
                                         : tower.layers * of_layer);
}

/// The mean prompt of the samples.
struct MeanPrompt {
  double text = 0.0, vision = 0.0, per_slice = 0.0, longest = 0.0;
  double tokens() const { return text + vision; }
};

MeanPrompt mean_prompt(const PromptSizes& sizes) {
  MeanPrompt mean;
  const auto share = 1.0 / static_cast<double>(sizes.size());
  for (const auto& size : sizes) {
    mean.text += share * size.text_tokens;
    mean.vision += share * size.vision_tokens;
    mean.per_slice += share * size.tokens_per_slice;
    mean.longest = std::max(mean.longest, size.tokens());
  }
  return mean;
}

/// Of a patch as it waits for the vision tower.
double patch_bytes(const model::ModelShape& shape) {
  return static_cast<double>(shape.patch_values) * kFloatBytes;
}

at::ScalarType type_of(const std::string& dtype) {
  return dtype == "bfloat16" ? at::kBFloat16 : at::kFloat;
}

double type_bytes(const std::string& dtype) {
  return static_cast<double>(c10::elementSize(type_of(dtype)));
}

/// All that trains as one parameter, without memory of its own: gradients and optimizer tell of it
/// what they would keep.
optim::NamedTensors stand_in(const settings::TrainConfig& config, const model::ModelShape& shape) {
  return {{"trained",
           at::empty({how_many_train(config.model, config.lora, shape)},
                     at::TensorOptions().dtype(type_of(config.model.dtype)).device(at::kMeta))}};
}

/// Ranks that share what is cut over them.
double sharing(const settings::TrainConfig& config, double ranks) {
  const auto asked = static_cast<double>(config.distributed.shard_ranks);
  return asked > 0 ? std::min(asked, ranks) : ranks;
}

/// A model's parameters on one rank: its layers may be cut over those that share them, with two
/// whole ones.
double parameters_here(const settings::TrainConfig& config, const model::ModelShape& shape,
                       double ranks) {
  const auto all = static_cast<double>(shape.text.parameters + shape.vision.parameters),
             of_layers = static_cast<double>(shape.text.per_token_parameters);
  if (!config.distributed.shards_parameters() || ranks == 1) return all;
  return all - of_layers + of_layers / sharing(config, ranks) +
         2 * of_layers / static_cast<double>(shape.text.layers);
}

/// Of the reference that a run holds beside the policy: beside an adapter it is the base, which is
/// there, or factors that were copied.
double reference_parameters(const settings::TrainConfig& config, const model::ModelShape& shape,
                            double ranks) {
  if (config.is_sft() || !config.algorithm.needs_reference()) return 0.0;
  if (!config.lora.is_on()) return parameters_here(config, shape, ranks);
  const bool moves = config.algorithm.reference_sync_every > 0;
  return moves ? static_cast<double>(model::adapter_parameters(shape, config.lora)) : 0.0;
}

/// Those of a pass, as if all lived together, and their sums, which may be cut over ranks.
double gradient_bytes(const settings::TrainConfig& config, const optim::NamedTensors& trained,
                      double ranks) {
  const optim::ParameterSlices slices(trained, distributed::single_process());
  const auto of_pass = static_cast<double>(trained.front().second.nbytes()),
             all = static_cast<double>(optim::GradientSum(slices, config.distributed).bytes());
  return of_pass +
         (all - of_pass) / (config.distributed.shards_gradients() ? sharing(config, ranks) : 1.0);
}

}  // namespace

double Budget::total_flops() const {
  return std::accumulate(work.begin(), work.end(), 0.0,
                         [](double sum, const Work& part) { return sum + part.flops; });
}

double Budget::total_bytes() const {
  return std::accumulate(memory.begin(), memory.end(), 0.0,
                         [](double sum, const Memory& part) { return sum + part.bytes; });
}

Budget estimate_budget(const settings::TrainConfig& config, const model::ModelShape& base,
                       const PromptSizes& sizes, int64_t world_size) {
  VRLT_CHECK(!sizes.empty() && world_size >= 1, sizes.size(), " prompts, ", world_size, " ranks");
  const bool grpo = !config.is_sft();
  const auto shape = model::with_adapter(base, config.lora);
  const auto mean = mean_prompt(sizes);
  const auto passes = count_passes(config);
  const bool checkpoints = checkpoints_activations(config);
  // the forward part of the update, once more
  const double again = checkpoints ? passes.update / passes_of_update(config) : 0.0;
  Budget budget{.prompt_tokens = mean.tokens(),
                .longest_prompt_tokens = mean.longest,
                .prompts = config.prompts_per_step,
                .responses = config.prompts_per_step * (grpo ? config.rollout.group_size : 1),
                .ranks = world_size};
  const double response = grpo ? static_cast<double>(config.rollout.max_new_tokens) : kTargetTokens;
  const auto prompts = static_cast<double>(budget.prompts);
  const double prompt_tokens = prompts * mean.tokens(),
               response_tokens = static_cast<double>(budget.responses) * response;
  budget.response_tokens = static_cast<int64_t>(response_tokens);

  const double of_prompts = prompts * prompt_flops(shape, mean.tokens());
  const double of_responses =
      static_cast<double>(budget.responses) * response_flops(shape, response, mean.tokens());
  const auto merged = static_cast<double>(shape.patches_per_token);
  const double patches = merged * prompts * mean.vision;
  budget.work = {{"vision tower", patches,
                  (passes.vision + (config.model.freeze_vision ? 0.0 : again)) *
                      vision_flops(shape, patches, merged * mean.per_slice)}};
  if (grpo) {
    budget.work.push_back({"prefill", prompt_tokens, passes.rollout * of_prompts});
    budget.work.push_back({"decoding", response_tokens, passes.rollout * of_responses});
  }
  const double tokens = prompt_tokens + response_tokens, once = of_prompts + of_responses;
  if (passes.others > 0)
    budget.work.push_back({"old and reference log-probs", tokens, passes.others * once});
  budget.work.push_back({"update", tokens, (passes.update + again) * once});

  const double bytes = type_bytes(config.model.dtype);
  const auto trained = stand_in(config, base);
  const auto ranks = static_cast<double>(world_size);
  const double prompts_here = std::ceil(prompts / static_cast<double>(world_size));
  const double responses_of_prompt = static_cast<double>(budget.responses) / prompts;
  const double tokens_of_group = mean.tokens() + responses_of_prompt * response;
  double micro = std::min(prompts_here, static_cast<double>(config.micro_batch));
  if (config.micro_batch_tokens > 0)
    micro =
        std::min(micro, std::max(1.0, std::floor(static_cast<double>(config.micro_batch_tokens) /
                                                 tokens_of_group)));
  const double update_activations =
      micro * tokens_of_group *
          activation_elements(shape.text, checkpoints, model::adapter_activations(config.lora)) +
      (config.model.freeze_vision
           ? 0.0
           : micro * merged * mean.vision * activation_elements(shape.vision, checkpoints));
  budget.memory = {
      {"weights", parameters_here(config, shape, ranks) * bytes},
      {"gradients", gradient_bytes(config, trained, ranks)},
      {"optimizer",
       static_cast<double>(optim::make_optimizer(trained, config.optim)->bytes()) / ranks}};
  if (const double reference = reference_parameters(config, base, ranks); reference > 0)
    budget.memory.push_back({"reference", reference * bytes});
  if (grpo && config.distributed.shards_parameters() && ranks > 1 && !config.rolls_out_by_layers())
    budget.memory.push_back({"whole layers of a rollout",
                             static_cast<double>(shape.text.per_token_parameters) * bytes});
  if (grpo)
    budget.memory.push_back({"keys and values of a rollout",
                             2 * static_cast<double>(shape.text.layers * shape.text.key_width) *
                                 prompts_here * tokens_of_group * bytes});
  budget.memory.push_back(
      {"pixels of a step", prompts_here * merged * mean.vision * patch_bytes(shape)});
  budget.memory.push_back({"activations of a micro-batch", update_activations * bytes});
  return budget;
}

Budget estimate_asking(const AskingPlan& plan, const model::ModelShape& shape,
                       const PromptSizes& sizes, int64_t world_size) {
  VRLT_CHECK(!sizes.empty() && world_size >= 1, sizes.size(), " prompts, ", world_size, " ranks");
  const auto mean = mean_prompt(sizes);
  const auto prompts = static_cast<double>(plan.prompts),
             response = static_cast<double>(plan.max_new_tokens);
  Budget budget{.what = "all samples",
                .prompt_tokens = mean.tokens(),
                .longest_prompt_tokens = mean.longest,
                .prompts = plan.prompts,
                .responses = plan.prompts * plan.responses_each,
                .response_tokens = plan.prompts * plan.responses_each * plan.max_new_tokens,
                .ranks = world_size};
  const auto merged = static_cast<double>(shape.patches_per_token);
  const double patches = merged * prompts * mean.vision;
  budget.work = {
      {"vision tower", patches, vision_flops(shape, patches, merged * mean.per_slice)},
      {"prefill", prompts * mean.tokens(), prompts * prompt_flops(shape, mean.tokens())},
      {"decoding", static_cast<double>(budget.response_tokens),
       static_cast<double>(budget.responses) * response_flops(shape, response, mean.tokens())}};
  const double bytes = type_bytes(plan.dtype),
               together = std::min(prompts, static_cast<double>(plan.batch));
  const double tokens_of_group =
      mean.tokens() + static_cast<double>(plan.responses_each) * response;
  budget.memory = {
      {"weights", static_cast<double>(shape.text.parameters + shape.vision.parameters) * bytes},
      {"keys and values of a batch",
       2 * static_cast<double>(shape.text.layers * shape.text.key_width) * together *
           tokens_of_group * bytes},
      {"pixels of a batch", together * merged * mean.vision * patch_bytes(shape)}};
  return budget;
}

std::optional<double> measured_flops(const std::string& device, const std::string& dtype) {
  using Clock = std::chrono::steady_clock;
  const at::Device where(device);
  if (where.is_cuda() && !at::hasCUDA()) return {};
  constexpr int kTries = 5;
  // a processor without bfloat16 takes seconds for one
  constexpr std::chrono::milliseconds kLongest{100};
  // Large enough to be at full speed, of a few milliseconds for each thread.
  const auto of_threads = 64 * static_cast<int64_t>(8 * std::cbrt(at::get_num_threads()));
  const int64_t side = where.is_cuda() ? 8192 : of_threads;
  const auto options =
      at::TensorOptions().dtype(dtype == "bfloat16" ? at::kBFloat16 : at::kFloat).device(where);
  const auto a = at::rand({side, side}, options), b = at::rand({side, side}, options);
  double best = 0.0;
  const auto begin = Clock::now();
  for (int i = 0; i < kTries && (i < 2 || Clock::now() - begin < kLongest); ++i) {
    const auto start = Clock::now();
    model::linear(a, b)[0][0].item<float>();  // waits for the device
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, kMultiplyAdd * std::pow(static_cast<double>(side), 3) / seconds);
  }
  return best;
}

std::optional<DeviceSpeed> device_speed(const settings::TrainConfig& config) {
  constexpr double kTera = 1e12;
  if (config.device_tflops)
    return DeviceSpeed{*config.device_tflops * kTera, "as device_tflops declares"};
  return device_speed(config.model.device, config.model.dtype);
}

std::optional<DeviceSpeed> device_speed(const std::string& device, const std::string& dtype) {
  const auto measured = measured_flops(device, dtype);
  if (!measured) return {};
  return DeviceSpeed{*measured, "the speed of a large matrix product on this device"};
}

std::string to_text(const Budget& budget, const std::optional<DeviceSpeed>& speed) {
  constexpr double kTera = 1e12, kGibi = 1024.0 * 1024.0 * 1024.0;
  std::string text;
  char line[256];
  const auto add = [&](const char* format, auto... values) {
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };
  add("%s: %lld prompts of about %.0f tokens (the longest %.0f), %lld responses, at most %lld "
      "response tokens\n",
      budget.what, static_cast<long long>(budget.prompts), budget.prompt_tokens,
      budget.longest_prompt_tokens, static_cast<long long>(budget.responses),
      static_cast<long long>(budget.response_tokens));
  add("  %-30s %12s %12s\n", "work of all ranks", "tokens", "TFLOP");
  for (const auto& part : budget.work)
    add("  %-30s %12.0f %12.4g\n", part.part, part.tokens, part.flops / kTera);
  add("  %-30s %12s %12.4g\n", "together", "", budget.total_flops() / kTera);
  add("  %-30s %12s\n", "memory of a rank, about", "GiB");
  for (const auto& part : budget.memory) add("  %-30s %12.4g\n", part.part, part.bytes / kGibi);
  add("  %-30s %12.4g\n", "together", budget.total_bytes() / kGibi);
  if (speed)
    add("  at %.4g TFLOP/s, %s: %s takes at least %.3g s on %lld rank(s)\n",
        speed->flops_per_second / kTera, speed->source, budget.what,
        budget.total_flops() / (speed->flops_per_second * static_cast<double>(budget.ranks)),
        static_cast<long long>(budget.ranks));
  else
    text += "  the device is not on this machine: device_tflops would tell the time\n";
  return text;
}

}  // namespace vrlt::trainer
