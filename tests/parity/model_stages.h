#pragma once

#include <vector>

#include "model/decoder_model.h"
#include "tests/parity/prompt.h"

namespace vrlt::parity {

using checkpoint::NamedTensors;

/// `<prompt>.{image,video}.{patch_embed,embeddings,block.<i>,features}`: the vision tower, as far
/// as the family has such a stage.
void add_vision(model::DecoderModel& model, const Prompt& prompt, NamedTensors& outputs);

/// In one position mode: `<prompt>.<mode>.{hidden,logits}` of every token of the prompt,
/// `.log_probs` of its tokens but the first,
/// `.keys.<layer>`, `.values.<layer>` as prefill keeps them.
void add_prompt_states(model::DecoderModel& model, const Prompt& prompt, const std::string& mode,
                       NamedTensors& outputs);

/// The groups of all prompts in one position mode, as one batch:
/// `group.{log_probs,log_probs_t0.7,entropy}`, and `grad.<parameter>` of sum(weights * log_probs),
/// zero where nothing flows; beside an adapter its factors alone are trained.
void add_group(model::DecoderModel& model, const std::vector<Prompt>& prompts,
               const std::string& mode, const at::Tensor& weights, NamedTensors& outputs);

/// `<prompt>.greedy` [steps]: the likeliest tokens through the cache, all prompts in one batch, and
/// `.greedy_logits` [steps, V].
void add_greedy(model::DecoderModel& model, const std::vector<Prompt>& prompts,
                const std::string& mode, int64_t steps, NamedTensors& outputs);

/// `<prompt>.rollout` and `.rollout_log_probs`: the same by the rollout engine, which never samples
/// some ids. Prompts with images are left out.
void add_rollout(model::DecoderModel& model, const std::vector<Prompt>& prompts,
                 const std::string& mode, const tokenizer::Tokenizer& tokenizer,
                 const std::vector<int64_t>& never_sampled, int64_t steps, NamedTensors& outputs);

}  // namespace vrlt::parity
