#include "model/qwen2_5_vl/prompt_format.h"

#include <array>

#include "model/conversation_parts.h"
#include "model/qwen2_5_vl/chat_template.h"
#include "model/qwen2_5_vl/geometry.h"

namespace vrlt::model::qwen2_5_vl {

using processor::Conversation;
using processor::PromptPart;

PromptFormat::PromptFormat(const VisionConfig& vision,
                           std::unique_ptr<tokenizer::Tokenizer> tokenizer, MropeMode mode)
    : tokenizer_(std::move(tokenizer)), geometry_(geometry_of(vision)) {
  position_options_ = {.mode = mode,
                       .tokens_per_second = vision.tokens_per_second,
                       .spatial_merge_size = vision.spatial_merge_size,
                       .image_token_id = required_token(*tokenizer_, kImagePad),
                       .video_token_id = required_token(*tokenizer_, kVideoPad)};
  vision_start_ = required_token(*tokenizer_, kVisionStart);
  vision_end_ = required_token(*tokenizer_, kVisionEnd);
}

processor::PromptText PromptFormat::lay_out(const Conversation& conversation) const {
  refuse_pads(conversation);
  std::vector<int64_t> pads;
  for (const auto& part : conversation.parts)
    if (part.kind != PromptPart::Kind::kText)
      pads.push_back(part.grid.patches() / geometry_.merge_area());
  processor::PromptText text{
      .text = render_chat(chat_of(conversation)) + conversation.answer_prefix, .input_ids = {}};
  const std::array ids = {position_options_.image_token_id, position_options_.video_token_id};
  text.input_ids = expand_pads(tokenizer_->encode(text.text), ids, pads);
  return text;
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
                                                            const PromptRules& rules) {
  const auto mode = parse_mrope_mode(rules.positions);
  const auto config = parse_config(json, (folder / "config.json").string());
  return std::make_unique<PromptFormat>(config.vision, tokenizer::load_tokenizer(folder), mode);
}

}  // namespace vrlt::model::qwen2_5_vl
