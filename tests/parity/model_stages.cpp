#include "tests/parity/model_stages.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/vision_stages.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt::parity {
namespace {

at::Tensor logits_of(const model::VisionLanguageModel& model, const at::Tensor& hidden) {
  return at::linear(hidden, model.head_weight()).to(at::kFloat);
}

}  // namespace

void add_vision(model::DecoderModel& model, const Prompt& prompt, NamedTensors& outputs) {
  const auto add = [&](const std::string& kind, const at::Tensor& pixels, const at::Tensor& grid) {
    if (!pixels.defined()) return;
    const std::string prefix = prompt.name + "." + kind + ".";
    outputs.emplace_back(prefix + "features", model.encode_video(pixels, grid));
    for (auto& [name, state] : test::vision_stages(model, pixels, grid))
      outputs.emplace_back(prefix + name, state);
  };
  add("image", prompt.pixel_values, prompt.image_grid_thw);
  add("video", prompt.pixel_values_videos, prompt.video_grid_thw);
}

void add_prompt_states(model::DecoderModel& model, const Prompt& prompt, const std::string& mode,
                       NamedTensors& outputs) {
  const std::string prefix = prompt.name + "." + mode;
  const auto group = prompt.group(model, mode);
  const int64_t length = group.prompt_length();
  const auto embedded = model.embed(group);
  const auto hidden = model.text_decoder().forward(embedded.embeddings, group.prompt->position_ids,
                                                   {{.begin = 0, .prompt_length = length}},
                                                   {.rows = {}, .levels = embedded.levels});
  outputs.emplace_back(prefix + ".hidden", hidden);
  outputs.emplace_back(prefix + ".logits", logits_of(model, hidden));
  if (length > 1) {
    const auto next = prompt.input_ids.narrow(0, 1, length - 1);
    outputs.emplace_back(
        prefix + ".log_probs",
        algorithm::token_log_probs(hidden.narrow(0, 0, length - 1), model.head_weight(), next, 1.0)
            .log_probs);
  }
  at::Tensor last;
  const auto cache = model.prefill({&group, 1}, &last);
  for (size_t i = 0; i < cache.layers.size(); ++i) {
    outputs.emplace_back(prefix + ".keys." + std::to_string(i),
                         cache.layers[i].prefix_keys[0].transpose(1, 2));
    outputs.emplace_back(prefix + ".values." + std::to_string(i), cache.layers[i].prefix_values[0]);
  }
}

void add_group(model::DecoderModel& model, const std::vector<Prompt>& prompts,
               const std::string& mode, const at::Tensor& weights, NamedTensors& outputs) {
  const bool has_adapter = model.adapter() != nullptr;
  for (const auto& [name, tensor] : model.parameters().entries())
    tensor.set_requires_grad(!has_adapter || name.find(".lora_") != std::string::npos);
  {
    const at::AutoGradMode with_gradients(true);
    model::GroupBatch batch;
    for (const auto& prompt : prompts) batch.groups.push_back(prompt.group(model, mode));
    const auto hidden = model.response_hidden(batch);
    const auto at_one =
        algorithm::token_log_probs(hidden, model.head_weight(), batch.response_ids(), 1.0);
    outputs.emplace_back("group.log_probs", at_one.log_probs.detach());
    outputs.emplace_back("group.entropy", at_one.entropy);
    outputs.emplace_back("group.log_probs_t0.7",
                         algorithm::token_log_probs(hidden.detach(), model.head_weight().detach(),
                                                    batch.response_ids(), 0.7)
                             .log_probs);
    (at_one.log_probs * weights).sum().backward();
  }
  for (const auto& [name, tensor] : model.parameters().entries()) {
    outputs.emplace_back("grad." + name,
                         tensor.grad().defined() ? tensor.grad() : at::zeros_like(tensor));
    tensor.set_requires_grad(false);
  }
}

void add_greedy(model::DecoderModel& model, const std::vector<Prompt>& prompts,
                const std::string& mode, int64_t steps, NamedTensors& outputs) {
  std::vector<model::PromptGroup> groups;
  for (const auto& prompt : prompts) groups.push_back(prompt.group(model, mode));
  at::Tensor hidden;
  auto cache = model.prefill(groups, &hidden);
  cache.fork(1);
  std::vector<at::Tensor> logits, tokens;
  for (int64_t step = 0; step < steps; ++step) {
    if (step > 0) hidden = model.decode(tokens.back().unsqueeze(1), cache);
    logits.push_back(logits_of(model, hidden));
    tokens.push_back(logits.back().argmax(-1));
  }
  const auto all_tokens = at::stack(tokens, 1), all_logits = at::stack(logits, 1);
  for (size_t i = 0; i < prompts.size(); ++i) {
    outputs.emplace_back(prompts[i].name + ".greedy", all_tokens[static_cast<int64_t>(i)]);
    outputs.emplace_back(prompts[i].name + ".greedy_logits", all_logits[static_cast<int64_t>(i)]);
  }
}

void add_rollout(model::DecoderModel& model, const std::vector<Prompt>& prompts,
                 const std::string& mode, const tokenizer::Tokenizer& tokenizer,
                 const std::vector<int64_t>& never_sampled, int64_t steps, NamedTensors& outputs) {
  std::vector<rollout::Prompt> inputs;
  for (const auto& prompt : prompts)
    inputs.push_back({.sample_id = prompt.name, .inputs = prompt.inputs(mode)});
  rollout::RolloutEngine engine(model, tokenizer, never_sampled);
  for (const auto& group : engine.generate(
           inputs, {.group_size = 1, .max_new_tokens = steps, .sampling = {.temperature = 0.0}})) {
    const auto& response = group.responses.front();
    outputs.emplace_back(group.prompt.sample_id + ".rollout", at::tensor(response.ids, at::kLong));
    outputs.emplace_back(group.prompt.sample_id + ".rollout_log_probs",
                         at::tensor(response.log_probs));
  }
}

}  // namespace vrlt::parity
