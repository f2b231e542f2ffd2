#include <ATen/ATen.h>

#include "vrlt/algorithm/objective.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/model/vision_features.h"
#include "workload.h"

namespace vrlt::benchmark {
namespace {

void clear_gradients(model::VisionLanguageModel& model) {
  for (const auto& entry : model.parameters().entries()) entry.tensor.mutable_grad() = at::Tensor();
}

void save_gradients(const std::string& path, model::VisionLanguageModel& model,
                    const at::Tensor& log_probs) {
  checkpoint::NamedTensors tensors = {{"log_probs", log_probs}};
  for (const auto& [name, tensor] : model.parameters().entries())
    if (tensor.grad().defined()) tensors.emplace_back("grad." + name, tensor.grad());
  checkpoint::write_safetensors(path, tensors);
}

}  // namespace

io::Json update(const Options& options) {
  const auto model = model::load_model(options.model, {.checkpoint_blocks = options.checkpoint});
  require_gradients(*model, options);
  const auto inputs = read_inputs(options.inputs);
  const int64_t G = options.group, R = inputs.responses.size(1);
  std::vector<at::Tensor> responses;
  for (int64_t i = 0; i < G; ++i) responses.push_back(inputs.responses[i]);
  const auto rewards = inputs.rewards.narrow(0, 0, G);
  const auto advantages = (rewards - rewards.mean()) / (rewards.std() + 1e-4);
  const algorithm::ObjectiveConfig config{.kl = {.coef = 0.04}};
  const algorithm::StepCounts counts{.tokens = G * R, .rows = G, .micro_batches = 1};

  at::Tensor log_probs;
  double loss = 0;
  auto result = timed(options, [&] {
    clear_gradients(*model);
    const at::AutoGradMode gradients(!options.forward_only);
    const auto features = [&] {
      const at::AutoGradMode of_vision(!options.forward_only && !options.freeze_vision);
      return model::encode_vision(
                 *model, std::vector<std::shared_ptr<const processor::ModelInputs>>{inputs.prompt})
          .front();
    }();
    const model::GroupBatch batch{
        {{.prompt = inputs.prompt, .vision_features = features, .responses = responses}}};
    const auto current = algorithm::token_log_probs(
        model->response_hidden(batch), model->head_weight(), batch.response_ids(), 1.0);
    log_probs = current.log_probs.detach();
    if (options.forward_only) return;
    const algorithm::TokenBatch tokens{
        .log_probs = current.log_probs,
        .old_log_probs = log_probs,
        .advantages = advantages.repeat_interleave(R),
        .ref_log_probs = inputs.ref_log_probs.narrow(0, 0, G).flatten(),
        .row_lengths = std::vector<int64_t>(static_cast<size_t>(G), R)};
    const auto objective = algorithm::objective(tokens, counts, config);
    objective.loss.backward();
    loss = objective.loss.item<double>();
  });
  auto& check = result["check"];
  check["log_prob_sum"] = log_probs.to(at::kDouble).sum().item<double>();
  check["log_prob_first"] = log_probs[0].item<double>();
  if (!options.forward_only) {
    check["loss"] = loss;
    check["grad_norm"] = norm_of_gradients(*model, [](const auto&) { return true; });
    check["grad_norm_visual"] = norm_of_gradients(
        *model, [&](const auto& name) { return model->is_vision_parameter(name); });
    check["grad_norm_text"] = norm_of_gradients(
        *model, [&](const auto& name) { return !model->is_vision_parameter(name); });
  }
  if (!options.save_gradients.empty())
    save_gradients(options.save_gradients, *model, log_probs.view({G, R}));
  return result;
}

}  // namespace vrlt::benchmark
