#include "vrlt/rollout/rollout_engine.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <limits>

#include "rollout/decoding_batch.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/model/video_features.h"

namespace vrlt::rollout {
namespace {

/// Who draws, and from which draw on.
struct DrawKey {
  uint64_t sample = 0, first_draw = 0;
};

std::vector<double> draw_uniforms(const std::vector<DecodingBatch::Slot>& slots, const std::vector<DrawKey>& keys, uint64_t seed, int64_t position) {
  std::vector<double> uniforms;
  uniforms.reserve(slots.size());
  for (const auto& slot : slots) {
    const auto& key = keys[static_cast<size_t>(slot.prompt)];
    uniforms.push_back(random_uniform(seed, key.sample, key.first_draw + static_cast<uint64_t>(slot.response), static_cast<uint64_t>(position)));
  }
  return uniforms;
}

}  // namespace

RolloutEngine::RolloutEngine(model::VisionLanguageModel& model, const tokenizer::Tokenizer& tokenizer, std::vector<int64_t> never_sampled)
    : model_(model), tokenizer_(tokenizer) {
  const auto& head = model.head_weight();
  auto mask = at::zeros({head.size(0)}, at::kBool);
  for (const int64_t id : never_sampled) {
    VRLT_CHECK(id >= 0 && id < head.size(0), "token ", id, " outside the vocabulary of ", head.size(0));
    mask[id].fill_(true);
  }
  // Rows that only pad the embedding have no token.
  if (tokenizer.vocab_size() < head.size(0)) mask.narrow(0, tokenizer.vocab_size(), head.size(0) - tokenizer.vocab_size()).fill_(true);
  never_sampled_ = mask.to(head.device());
}

std::vector<RolloutGroup> RolloutEngine::generate(const std::vector<Prompt>& prompts, const GenerationConfig& config) {
  VRLT_CHECK(config.group_size >= 1 && config.max_new_tokens >= 1, "group_size ", config.group_size, ", max_new_tokens ", config.max_new_tokens);
  const at::NoGradGuard no_grad;
  std::vector<RolloutGroup> groups;
  std::vector<model::PromptGroup> model_groups;
  std::vector<DrawKey> keys;
  if (prompts.empty()) return groups;
  std::vector<std::shared_ptr<const processor::ModelInputs>> inputs;
  for (const auto& prompt : prompts) inputs.push_back(prompt.inputs);
  const auto features = model::encode_videos(model_, inputs);
  for (size_t i = 0; i < prompts.size(); ++i) {
    groups.push_back({.prompt = prompts[i], .video_features = features[i]});
    groups.back().responses.resize(static_cast<size_t>(config.group_size));
    model_groups.push_back({.prompt = prompts[i].inputs, .video_features = features[i]});
    keys.push_back({stable_hash(prompts[i].sample_id), prompts[i].first_draw});
  }

  at::Tensor hidden;
  model::KvCache cache = model_.prefill(model_groups, &hidden);
  cache.fork(config.group_size);
  DecodingBatch batch(static_cast<int64_t>(prompts.size()), config.group_size);
  hidden = hidden.unsqueeze(1).expand({-1, config.group_size, -1}).flatten(0, 1);
  std::vector<std::vector<bool>> finished(prompts.size(), std::vector<bool>(static_cast<size_t>(config.group_size), false));
  const auto& stop_ids = model_.stop_ids();
  const double log_prob_temperature = config.sampling.temperature > 0 ? config.sampling.temperature : 1.0;

  for (int64_t position = 0; position < config.max_new_tokens; ++position) {
    const auto logits = at::linear(hidden, model_.head_weight()).to(at::kFloat);
    const auto allowed = logits.masked_fill(never_sampled_, -std::numeric_limits<double>::infinity());
    auto ids = sample_tokens(allowed, draw_uniforms(batch.slots(), keys, config.seed, position), config.sampling);
    const auto chosen = (logits / log_prob_temperature).log_softmax(1).gather(1, ids.unsqueeze(1)).squeeze(1).to(at::kCPU);
    const auto host_ids = ids.to(at::kCPU);
    bool any_finished = false;
    for (size_t i = 0; i < batch.slots().size(); ++i) {
      const auto& slot = batch.slots()[i];
      if (slot.filler || finished[static_cast<size_t>(slot.prompt)][static_cast<size_t>(slot.response)]) continue;
      auto& response = groups[static_cast<size_t>(slot.prompt)].responses[static_cast<size_t>(slot.response)];
      response.ids.push_back(host_ids.const_data_ptr<int64_t>()[i]);
      response.log_probs.push_back(chosen.const_data_ptr<float>()[i]);
      const bool stopped = std::find(stop_ids.begin(), stop_ids.end(), response.ids.back()) != stop_ids.end();
      response.truncated = !stopped && position + 1 == config.max_new_tokens;
      if (stopped) finished[static_cast<size_t>(slot.prompt)][static_cast<size_t>(slot.response)] = any_finished = true;
    }
    if (any_finished) batch.drop_finished(finished, cache, ids);
    if (batch.empty() || position + 1 == config.max_new_tokens) break;
    hidden = model_.decode(ids.view({-1, batch.slots_per_prompt()}), cache);
  }
  for (auto& group : groups)
    for (auto& response : group.responses) response.text = tokenizer_.decode(response.ids, /*skip_special_tokens=*/true);
  return groups;
}

}  // namespace vrlt::rollout
