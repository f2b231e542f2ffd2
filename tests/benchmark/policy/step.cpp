#include <ATen/ATen.h>

#include "vrlt/algorithm/advantage.h"
#include "vrlt/core/random.h"
#include "vrlt/model/load_prompt_format.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/gradients.h"
#include "vrlt/processor/processor.h"
#include "vrlt/rollout/rollout_engine.h"
#include "vrlt/trainer/step/policy_update.h"
#include "workload.h"

namespace vrlt::benchmark {
namespace {

/// The share of vowels, and 0.2 for a digit: any text gets a value, and a group has variance.
double reward_of(const std::string& text) {
  double vowels = 0;
  for (const char c : text)
    vowels += std::string_view("aeiou").find(c) != std::string_view::npos ? 1.0 : 0.0;
  const bool digit =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return vowels / static_cast<double>(std::max<size_t>(text.size(), 1)) + (digit ? 0.2 : 0.0);
}

/// Fills the prompt up to the length of the given one.
std::string question_of_length(const processor::Processor& processor,
                               const processor::PromptMedia& media, int64_t length) {
  std::string question = "what happens";
  while (processor(media, "", question + " video").input_ids.size(0) <= length)
    question += " video";
  return question;
}

trainer::UpdateGroup update_group(int64_t position, const rollout::RolloutGroup& rolled_out) {
  trainer::UpdateGroup group{.position = position,
                             .prompt = rolled_out.prompt.inputs,
                             .vision_features = rolled_out.vision_features};
  for (const auto& response : rolled_out.responses)
    group.responses.push_back(at::tensor(response.ids, at::kLong));
  return group;
}

}  // namespace

io::Json step(const Options& options) {
  const auto policy = model::load_model(options.model, {.checkpoint_blocks = options.checkpoint}),
             reference = model::load_model(options.model, {});
  require_gradients(*policy, options);
  const processor::Processor processor(model::load_prompt_format(options.model));
  const auto inputs = read_inputs(options.inputs);
  auto clip = std::make_shared<video::Clip>();
  clip->frames = inputs.frames;
  clip->sample_fps = 2.0;
  for (int64_t i = 0; i < inputs.frames.size(0); ++i)
    clip->frame_seconds.push_back(0.5 * static_cast<double>(i));
  const processor::PromptMedia media{.clip = clip};
  const auto question = question_of_length(processor, media, inputs.prompt->input_ids.size(0));

  rollout::RolloutEngine engine(*policy, processor.tokenizer(), policy->stop_ids());
  trainer::UpdateSettings settings{.micro_batch = options.micro_batch,
                                   .freeze_vision = options.freeze_vision};
  settings.algorithm.objective.kl.coef = 0.04;
  trainer::PolicyUpdate update(settings, *policy, reference.get(), distributed::single_process());
  optim::NamedTensors trained;
  for (const auto& [name, tensor] : policy->parameters().entries())
    if (tensor.requires_grad()) trained.emplace_back(name, tensor);
  optim::GradientSum gradients(trained);
  optim::AdamW optimizer(trained, {});

  uint64_t draw = 0;
  double total_reward = 0;
  auto result = timed(options, [&] {
    std::vector<rollout::Prompt> prompts;
    for (int64_t i = 0; i < options.prompts; ++i)
      prompts.push_back({std::to_string(i),
                         std::make_shared<processor::ModelInputs>(processor(media, "", question)),
                         draw});
    draw += static_cast<uint64_t>(options.group);
    const auto groups = engine.generate(
        prompts, {.group_size = options.group, .max_new_tokens = options.new_tokens});
    std::vector<double> rewards;
    std::vector<trainer::UpdateGroup> batch;
    for (const auto& group : groups) {
      for (const auto& response : group.responses) rewards.push_back(reward_of(response.text));
      batch.push_back(update_group(std::ssize(batch), group));
    }
    const auto values = algorithm::group_advantages(rewards, options.group, {});
    trainer::ByResponse<double> advantages;
    for (int64_t i = 0; i < std::ssize(values); ++i)
      advantages[{i / options.group, i % options.group}] = values[static_cast<size_t>(i)];
    update.start_batch({std::move(batch)});
    update.measure_anchors();
    update.set_advantages(advantages);
    metrics::MetricSet metrics;
    update.accumulate_gradients(0, gradients, metrics);
    gradients.finish();
    optim::clip_gradients(trained, 1.0);
    optimizer.step(1e-6);
    total_reward = at::tensor(rewards, at::kDouble).mean().item<double>();
  });
  result["check"]["mean_reward"] = total_reward;
  return result;
}

}  // namespace vrlt::benchmark
