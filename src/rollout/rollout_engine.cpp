#include "vrlt/rollout/rollout_engine.h"

#include <ATen/core/grad_mode.h>

#include "rollout/generation.h"
#include "rollout/never_drawn.h"
#include "vrlt/core/error.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/model/finite_weights.h"
#include "vrlt/model/vision_features.h"

namespace vrlt::rollout {
namespace {

/// A look at the tokens makes a GPU wait for the host; some tokens too many for rows that stopped
/// cost less.
int64_t tokens_between_looks(const GenerationConfig& config, at::Device device) {
  constexpr int64_t kOnGpu = 16;
  return config.look_every > 0 ? config.look_every : device.is_cpu() ? 1 : kOnGpu;
}

}  // namespace

RolloutEngine::RolloutEngine(model::VisionLanguageModel& model,
                             const tokenizer::Tokenizer& tokenizer,
                             std::vector<int64_t> never_sampled)
    : model_(model),
      tokenizer_(tokenizer),
      draw_(std::make_unique<TokenDraw>(never_drawn(model, tokenizer, never_sampled))) {}

RolloutEngine::~RolloutEngine() = default;

std::vector<RolloutGroup> RolloutEngine::generate(const std::vector<Prompt>& prompts,
                                                  const GenerationConfig& config) {
  VRLT_CHECK(config.group_size >= 1 && config.max_new_tokens >= 1, "group_size ", config.group_size,
             ", max_new_tokens ", config.max_new_tokens);
  const at::NoGradGuard no_grad;
  const Making making(
      "responses", "the batch (prompts_per_step), group_size, max_new_tokens or video.max_frames");
  std::vector<RolloutGroup> groups;
  if (prompts.empty()) return groups;
  for (const auto& prompt : prompts) {
    // Each alone: an update goes on with these features, which must not depend, by rounding, on the
    // prompts beside.
    std::vector<bool> from_cache;
    const auto features = model::encode_vision(model_, {&prompt.inputs, 1}, &from_cache);
    groups.push_back(
        {.prompt = prompt, .vision_features = features[0], .features_from_cache = from_cache[0]});
    groups.back().responses.resize(static_cast<size_t>(config.group_size));
  }
  auto settings = config;
  settings.look_every = tokens_between_looks(config, model_.head_weight().device());
  GrowingResponses responses(settings, model_.stop_ids(), groups);
  try {
    (settings.look_every > 1 ? generate_by_chunk
                             : generate_by_token)({model_, *draw_, settings, responses});
  } catch (const NotFiniteError& error) {
    const auto bad = model::first_not_finite(model_.parameters());
    throw NotFiniteError(
        concat(error.what(),
               bad ? ": " + *bad : ", though all weights are; a wider model.dtype may help"));
  }
  for (auto& group : groups)
    for (auto& response : group.responses)
      response.text = group.prompt.inputs->turn_prefix +
                      tokenizer_.decode(response.ids, /*skip_special_tokens=*/true);
  return groups;
}

}  // namespace vrlt::rollout
