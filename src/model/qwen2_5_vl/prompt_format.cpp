#include "model/qwen2_5_vl/prompt_format.h"

#include <ATen/ops/tensor.h>

#include "model/qwen2_5_vl/chat_template.h"
#include "model/qwen2_5_vl/geometry.h"
#include "vrlt/core/error.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

using processor::Conversation;
using processor::PromptPart;

constexpr const char *kImagePad = "<|image_pad|>", *kVideoPad = "<|video_pad|>";

int64_t required_token(const tokenizer::Tokenizer& tokenizer, const char* name) {
  const auto id = tokenizer.token_to_id(name);
  if (!id) throw DataError(concat("the tokenizer has no token ", name));
  return *id;
}

/// A pad in a text would be expanded as if it stood for media.
void refuse_pads(const Conversation& conversation) {
  for (const char* pad : {kImagePad, kVideoPad}) {
    bool found = conversation.system.find(pad) != std::string::npos;
    for (const auto& part : conversation.parts)
      found = found || part.text.find(pad) != std::string::npos;
    if (found)
      throw DataError(concat("the text holds ", pad, ", which stands for an image or a video"));
  }
}

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

std::vector<ChatMessage> chat_of(const Conversation& conversation) {
  std::vector<ChatMessage> messages;
  if (!conversation.system.empty())
    messages.push_back({"system", {{ChatContent::Kind::kText, conversation.system}}});
  messages.push_back({"user", {}});
  for (const auto& part : conversation.parts) messages.back().content.push_back(content_of(part));
  return messages;
}

/// Grids of the parts of a kind, in order: [n, 3]; undefined if there are none.
at::Tensor grids_of(const Conversation& conversation, PromptPart::Kind kind) {
  std::vector<int64_t> values;
  for (const auto& part : conversation.parts)
    if (part.kind == kind)
      values.insert(values.end(), {part.grid.slices, part.grid.height, part.grid.width});
  return values.empty() ? at::Tensor() : at::tensor(values, at::kLong).view({-1, 3});
}

}  // namespace

PromptFormat::PromptFormat(const VisionConfig& vision,
                           std::unique_ptr<tokenizer::Tokenizer> tokenizer, MropeMode mode)
    : tokenizer_(std::move(tokenizer)), geometry_(geometry_of(vision)) {
  position_options_ = {.mode = mode,
                       .tokens_per_second = vision.tokens_per_second,
                       .spatial_merge_size = vision.spatial_merge_size,
                       .image_token_id = required_token(*tokenizer_, kImagePad),
                       .video_token_id = required_token(*tokenizer_, kVideoPad)};
  vision_start_ = required_token(*tokenizer_, "<|vision_start|>");
  vision_end_ = required_token(*tokenizer_, "<|vision_end|>");
}

processor::PromptText PromptFormat::lay_out(const Conversation& conversation) const {
  refuse_pads(conversation);
  std::vector<int64_t> pads;
  for (const auto& part : conversation.parts)
    if (part.kind != PromptPart::Kind::kText)
      pads.push_back(part.grid.patches() / geometry_.merge_area());
  processor::PromptText text{
      .text = render_chat(chat_of(conversation)) + conversation.answer_prefix, .input_ids = {}};
  text.input_ids = expand_pads(tokenizer_->encode(text.text), pads);
  return text;
}

at::Tensor PromptFormat::expand_pads(const std::vector<int64_t>& ids,
                                     const std::vector<int64_t>& pads) const {
  std::vector<int64_t> expanded;
  size_t next = 0;
  for (const int64_t id : ids)
    expanded.insert(expanded.end(), is_pad(id) ? static_cast<size_t>(pads.at(next++)) : 1, id);
  return at::tensor(expanded, at::kLong);
}

processor::Positions PromptFormat::positions(const at::Tensor& input_ids,
                                             const Conversation& conversation) const {
  std::vector<float> second_per_grid;
  for (const auto& part : conversation.parts)
    if (part.kind == PromptPart::Kind::kClip)
      second_per_grid.push_back(static_cast<float>(static_cast<double>(geometry_.temporal_patch) /
                                                   part.times.sample_fps));
  return mrope_positions(input_ids, grids_of(conversation, PromptPart::Kind::kImage),
                         grids_of(conversation, PromptPart::Kind::kClip), second_per_grid,
                         position_options_);
}

std::vector<int64_t> PromptFormat::never_sampled() const {
  return {position_options_.image_token_id, position_options_.video_token_id, vision_start_,
          vision_end_};
}

std::unique_ptr<processor::PromptFormat> load_prompt_format(const std::filesystem::path& folder,
                                                            const io::Json& json,
                                                            const std::string& position_rule) {
  const auto mode = parse_mrope_mode(position_rule);
  const auto config = parse_config(json, (folder / "config.json").string());
  return std::make_unique<PromptFormat>(config.vision, tokenizer::load_tokenizer(folder), mode);
}

}  // namespace vrlt::model::qwen2_5_vl
