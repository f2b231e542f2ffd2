#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/chat_message.h"
#include "vrlt/processor/prompt_format.h"

namespace vrlt::model {

/// What the prompt formats of families have in common: the names by which Qwen's models know their
/// media, and a conversation taken apart.
inline constexpr const char *kImagePad = "<|image_pad|>", *kVideoPad = "<|video_pad|>",
                            *kVisionStart = "<|vision_start|>", *kVisionEnd = "<|vision_end|>";

/// @throws DataError if the tokenizer has no such token.
int64_t required_token(const tokenizer::Tokenizer& tokenizer, const char* name);

/// A pad in a text would be expanded as if it stood for media.
/// @throws DataError if the conversation has one.
void refuse_pads(const processor::Conversation& conversation);

/// The messages before the assistant's turn.
std::vector<ChatMessage> chat_of(const processor::Conversation& conversation);

/// Grids of the parts of a kind, in order: [n, 3]; undefined if there are none.
at::Tensor grids_of(const processor::Conversation& conversation, processor::PromptPart::Kind kind);

/// Every pad of `ids` as often as it has vision tokens. @param counts  of each, in the order of the
/// text.  @return [P] int64.
at::Tensor expand_pads(const std::vector<int64_t>& ids, std::span<const int64_t> pads,
                       const std::vector<int64_t>& counts);

}  // namespace vrlt::model
