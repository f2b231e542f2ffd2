#include "vrlt/processor/prompt_text.h"

#include <ATen/ops/tensor.h>

#include "vrlt/core/error.h"
#include "vrlt/tokenizer/chat_template.h"

namespace vrlt::processor {
namespace {

using tokenizer::ChatContent;

std::vector<tokenizer::ChatMessage> chat(const std::string& system, std::vector<ChatContent> content) {
  std::vector<tokenizer::ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", {{ChatContent::Kind::kText, system}}});
  messages.push_back({"user", std::move(content)});
  return messages;
}

/// @param pads  vision tokens per pad, in the order of the text.
at::Tensor expand_pads(const std::vector<int64_t>& ids, const std::vector<int64_t>& pads, const VisionTokens& tokens) {
  std::vector<int64_t> expanded;
  size_t next = 0;
  for (const int64_t id : ids) {
    const bool is_pad = id == tokens.image_pad || id == tokens.video_pad;
    expanded.insert(expanded.end(), is_pad ? static_cast<size_t>(pads.at(next++)) : 1, id);
  }
  return at::tensor(expanded, at::kLong);
}

}  // namespace

PromptText lay_out(const Processor& processor, const MediaTokens& media, const std::string& system, const std::string& question,
                   const std::string& answer_prefix) {
  for (const char* pad : {"<|image_pad|>", "<|video_pad|>"})
    if (question.find(pad) != std::string::npos || system.find(pad) != std::string::npos)
      throw DataError(concat("the text holds ", pad, ", which stands for an image or a video"));
  auto pads = media.images;
  std::vector<ChatContent> content(media.images.size(), {ChatContent::Kind::kImage, ""});
  if (media.video) {
    pads.push_back(*media.video);
    content.push_back({ChatContent::Kind::kVideo, ""});
  }
  content.push_back({ChatContent::Kind::kText, question});
  PromptText text{.text = tokenizer::render_qwen_chat(chat(system, std::move(content))) + answer_prefix};
  text.input_ids = expand_pads(processor.tokenizer().encode(text.text), pads, processor.vision_tokens());
  return text;
}

}  // namespace vrlt::processor
