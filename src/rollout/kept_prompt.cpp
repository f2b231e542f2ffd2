#include "vrlt/rollout/kept_prompt.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

#include "rollout/growing_responses.h"
#include "rollout/never_drawn.h"
#include "rollout/token_draw.h"
#include "vrlt/core/error.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/model/layers/few_rows.h"
#include "vrlt/model/vision_features.h"

namespace vrlt::rollout {
namespace {

bool are_same(const at::Tensor& a, const at::Tensor& b) {
  return a.defined() == b.defined() && (!a.defined() || at::equal(a, b));
}

}  // namespace

KeptPrompt::KeptPrompt(model::VisionLanguageModel& model, const tokenizer::Tokenizer& tokenizer,
                       std::vector<int64_t> vision_ids)
    : model_(model),
      tokenizer_(tokenizer),
      vision_ids_(std::move(vision_ids)),
      draw_(std::make_unique<TokenDraw>(never_drawn(model, tokenizer, vision_ids_))) {}

KeptPrompt::~KeptPrompt() = default;

/// At least one token, and not the last one, whose state predicts the answer.
int64_t KeptPrompt::length_of_media(const at::Tensor& input_ids) const {
  const auto* ids = input_ids.const_data_ptr<int64_t>();
  int64_t length = input_ids.size(0) - 1;
  const auto is_vision = [&](int64_t id) {
    return std::find(vision_ids_.begin(), vision_ids_.end(), id) != vision_ids_.end();
  };
  while (length > 1 && !is_vision(ids[length - 1])) --length;
  return length;
}

bool KeptPrompt::begins_with(const processor::ModelInputs& inputs, int64_t length) const {
  return beginning_ != nullptr && beginning_->input_ids.size(0) == length &&
         at::equal(beginning_->input_ids, inputs.input_ids.narrow(0, 0, length)) &&
         are_same(beginning_->pixel_values_videos, inputs.pixel_values_videos) &&
         are_same(beginning_->pixel_values, inputs.pixel_values);
}

void KeptPrompt::prefill(const processor::ModelInputs& inputs, int64_t length) {
  auto beginning = std::make_shared<processor::ModelInputs>(inputs);
  beginning->input_ids = inputs.input_ids.narrow(0, 0, length).contiguous();
  beginning->position_ids = inputs.position_ids.narrow(1, 0, length).contiguous();
  beginning->next_position = inputs.position_ids[0][length].item<int64_t>();
  const std::shared_ptr<const processor::ModelInputs> prompt = beginning;
  const auto features = model::encode_vision(model_, {&prompt, 1});
  const model::PromptGroup group{.prompt = prompt, .vision_features = features.front()};
  at::Tensor last_hidden;
  cache_ = model_.prefill({&group, 1}, &last_hidden);
  beginning_ = std::move(beginning);
}

Response KeptPrompt::answer(const Prompt& prompt, const GenerationConfig& config) {
  const at::NoGradGuard no_grad;
  const auto& inputs = *prompt.inputs;
  const int64_t length = length_of_media(inputs.input_ids);
  const bool is_kept = begins_with(inputs, length);
  if (!is_kept) prefill(inputs, length);
  kept_tokens_ = is_kept ? length : 0;

  auto cache = cache_;  // the prefix is shared: only suffixes are written to
  cache.fork(1);
  const auto device = model_.head_weight().device();
  const auto read = [&](int64_t id) {
    return model_.decode(at::tensor(std::vector<int64_t>{id}, at::kLong).to(device), cache);
  };
  at::Tensor hidden;
  for (int64_t i = length; i < inputs.input_ids.size(0); ++i)
    hidden = read(inputs.input_ids[i].item<int64_t>());

  auto settings = config;
  settings.group_size = 1;
  std::vector<RolloutGroup> groups = {{.prompt = prompt}};
  groups.front().responses.resize(1);
  GrowingResponses responses(settings, model_.stop_ids(), groups);
  responses.start(1);
  const auto row = responses.rows().front();
  for (bool goes_on = true; goes_on && !stop_requested();) {
    at::Tensor logits;
    model::linear_into(hidden, {.weight = model_.head_weight()}, logits);
    const auto drawn = (*draw_)(logits.to(at::kFloat), {responses.uniform(row)}, config.sampling);
    const int64_t id = drawn.ids.item<int64_t>();
    goes_on = responses.add_token(row, id, drawn.log_probs.item<float>());
    if (goes_on) hidden = read(id);
  }
  auto& response = groups.front().responses.front();
  response.text = tokenizer_.decode(response.ids, /*skip_special_tokens=*/true);
  return std::move(response);
}

}  // namespace vrlt::rollout
