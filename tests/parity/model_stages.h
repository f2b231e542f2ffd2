#pragma once

#include <vector>

#include "model/qwen2_5_vl/model.h"
#include "tests/parity/prompt.h"

namespace vrlt::parity {

using checkpoint::NamedTensors;

/// `<prompt>.{image,video}.{patch_embed,block.<i>,features}`: the vision tower.
void add_vision(const model::qwen2_5_vl::Model& model, const Prompt& prompt, NamedTensors& outputs);

/// In one position mode: `<prompt>.<mode>.{hidden,logits}` of every token of the prompt,
/// `.log_probs` of its tokens but the first,
/// `.keys.<layer>`, `.values.<layer>` as prefill keeps them.
void add_prompt_states(model::qwen2_5_vl::Model& model, const Prompt& prompt,
                       const std::string& mode, NamedTensors& outputs);

/// The groups of all prompts as one batch: `group.{log_probs,log_probs_t0.7,entropy}`, and
/// `grad.<parameter>` of sum(weights * log_probs), zero where nothing flows.
void add_group(model::qwen2_5_vl::Model& model, const std::vector<Prompt>& prompts,
               const at::Tensor& weights, NamedTensors& outputs);

/// `<prompt>.greedy` [steps]: the likeliest tokens through the cache, all prompts in one batch, and
/// `.greedy_logits` [steps, V].
void add_greedy(model::qwen2_5_vl::Model& model, const std::vector<Prompt>& prompts,
                const std::string& mode, int64_t steps, NamedTensors& outputs);

/// `<prompt>.rollout` and `.rollout_log_probs`: the same by the rollout engine, which never samples
/// some ids. Prompts with images are left out.
void add_rollout(model::qwen2_5_vl::Model& model, const std::vector<Prompt>& prompts,
                 const tokenizer::Tokenizer& tokenizer, const std::vector<int64_t>& never_sampled,
                 int64_t steps, NamedTensors& outputs);

}  // namespace vrlt::parity
