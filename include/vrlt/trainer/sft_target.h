#pragma once

#include <cstdint>
#include <vector>

#include "vrlt/data/prompt.h"
#include "vrlt/processor/processor.h"

namespace vrlt::trainer {

/// What every turn of the chat template ends in: generation stops at this and perhaps at others.
/// @throws DataError if the tokenizer has no such token.
int64_t turn_end(const tokenizer::Tokenizer& tokenizer);

/// The ideal response as tokens, with the end of the turn behind it
/// (docs/spec/grpo.md#supervised-fine-tuning).
/// @throws as data::reference_response() and turn_end().
std::vector<int64_t> sft_target(const processor::Processor& processor,
                                const data::PromptEntry& prompt, const data::Sample& sample,
                                data::ReferenceTarget target);

}  // namespace vrlt::trainer
