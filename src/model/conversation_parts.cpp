#include "model/conversation_parts.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::model {

using processor::Conversation;
using processor::PromptPart;

namespace {

ChatContent content_of(const PromptPart& part) {
  switch (part.kind) {
    case PromptPart::Kind::kText:
      return {ChatContent::Kind::kText, part.text};
    case PromptPart::Kind::kImage:
      return {ChatContent::Kind::kImage, ""};
    case PromptPart::Kind::kClip:
      return {ChatContent::Kind::kVideo, ""};
  }
  return {};
}

}  // namespace

int64_t required_token(const tokenizer::Tokenizer& tokenizer, const char* name) {
  const auto id = tokenizer.token_to_id(name);
  if (!id) throw DataError(concat("the tokenizer has no token ", name));
  return *id;
}

void refuse_pads(const Conversation& conversation) {
  for (const char* pad : {kImagePad, kVideoPad}) {
    bool found = conversation.system.find(pad) != std::string::npos;
    for (const auto& part : conversation.parts)
      found = found || part.text.find(pad) != std::string::npos;
    if (found)
      throw DataError(concat("the text holds ", pad, ", which stands for an image or a video"));
  }
}

std::vector<ChatMessage> chat_of(const Conversation& conversation) {
  std::vector<ChatMessage> messages;
  if (!conversation.system.empty())
    messages.push_back({"system", {{ChatContent::Kind::kText, conversation.system}}});
  messages.push_back({"user", {}});
  for (const auto& part : conversation.parts) messages.back().content.push_back(content_of(part));
  return messages;
}

at::Tensor grids_of(const Conversation& conversation, PromptPart::Kind kind) {
  std::vector<int64_t> values;
  for (const auto& part : conversation.parts)
    if (part.kind == kind)
      values.insert(values.end(), {part.grid.slices, part.grid.height, part.grid.width});
  return values.empty() ? at::Tensor() : at::tensor(values, at::kLong).view({-1, 3});
}

at::Tensor expand_pads(const std::vector<int64_t>& ids, std::span<const int64_t> pads,
                       const std::vector<int64_t>& counts) {
  std::vector<int64_t> expanded;
  size_t next = 0;
  for (const int64_t id : ids) {
    const bool is_pad = std::find(pads.begin(), pads.end(), id) != pads.end();
    expanded.insert(expanded.end(), is_pad ? static_cast<size_t>(counts.at(next++)) : 1, id);
  }
  return at::tensor(expanded, at::kLong);
}

}  // namespace vrlt::model
