#include "vrlt/processor/processor.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "vrlt/core/error.h"
#include "vrlt/tokenizer/chat_template.h"

namespace vrlt::processor {
namespace {

using tokenizer::ChatContent;

constexpr int64_t kMergeArea = 4;
constexpr double kTemporalPatch = 2.0;

int64_t required_token(const tokenizer::Tokenizer& tokenizer, const char* name) {
  const auto id = tokenizer.token_to_id(name);
  if (!id) throw DataError(concat("the tokenizer has no token ", name));
  return *id;
}

std::vector<tokenizer::ChatMessage> chat(const std::string& system, std::vector<ChatContent> content) {
  std::vector<tokenizer::ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", {{ChatContent::Kind::kText, system}}});
  messages.push_back({"user", std::move(content)});
  return messages;
}

}  // namespace

Processor::Processor(const std::filesystem::path& model_folder, MropeMode mode, double tokens_per_second)
    : tokenizer_(tokenizer::load_tokenizer(model_folder)) {
  vision_tokens_ = {required_token(*tokenizer_, "<|image_pad|>"), required_token(*tokenizer_, "<|video_pad|>"),
                    required_token(*tokenizer_, "<|vision_start|>"), required_token(*tokenizer_, "<|vision_end|>")};
  position_options_ = {
      .mode = mode, .tokens_per_second = tokens_per_second, .image_token_id = vision_tokens_.image_pad, .video_token_id = vision_tokens_.video_pad};
}

ModelInputs Processor::operator()(const PromptMedia& media, const std::string& system, const std::string& question,
                                  const std::string& answer_prefix) const {
  for (const char* pad : {"<|image_pad|>", "<|video_pad|>"})
    if (question.find(pad) != std::string::npos || system.find(pad) != std::string::npos)
      throw DataError(concat("the text holds ", pad, ", which stands for an image or a video"));
  ModelInputs inputs;
  std::vector<int64_t> pads;  // vision tokens per pad, in the order of the text
  std::vector<ChatContent> content;
  std::vector<at::Tensor> pixels, grids;
  for (const auto& image : media.images) {
    pixels.push_back(patchify(image.unsqueeze(0), &grids.emplace_back()));
    pads.push_back(pixels.back().size(0) / kMergeArea);
    content.push_back({ChatContent::Kind::kImage, ""});
  }
  if (!pixels.empty()) {
    inputs.pixel_values = at::cat(pixels);
    inputs.image_grid_thw = at::cat(grids);
  }
  std::vector<float> second_per_grid;
  if (media.clip) {
    inputs.pixel_values_videos = patchify(media.clip->frames, &inputs.video_grid_thw);
    inputs.sample_fps = media.clip->sample_fps;
    inputs.num_frames = media.clip->frames.size(0);
    inputs.frame_seconds = media.clip->frame_seconds;
    if (media.images.empty()) inputs.media_key = media.clip->key;
    second_per_grid.push_back(static_cast<float>(kTemporalPatch / media.clip->sample_fps));
    pads.push_back(inputs.pixel_values_videos.size(0) / kMergeArea);
    content.push_back({ChatContent::Kind::kVideo, ""});
  }
  content.push_back({ChatContent::Kind::kText, question});

  inputs.text = tokenizer::render_qwen_chat(chat(system, std::move(content))) + answer_prefix;
  inputs.input_ids = expand_pads(tokenizer_->encode(inputs.text), pads);
  auto positions = mrope_positions(inputs.input_ids, inputs.image_grid_thw, inputs.video_grid_thw, second_per_grid, position_options_);
  inputs.position_ids = positions.position_ids;
  inputs.next_position = positions.next_position;
  return inputs;
}

at::Tensor Processor::expand_pads(const std::vector<int64_t>& ids, const std::vector<int64_t>& pads) const {
  std::vector<int64_t> expanded;
  size_t next = 0;
  for (const int64_t id : ids) {
    const bool is_pad = id == vision_tokens_.image_pad || id == vision_tokens_.video_pad;
    expanded.insert(expanded.end(), is_pad ? static_cast<size_t>(pads.at(next++)) : 1, id);
  }
  return at::tensor(expanded, at::kLong);
}

}  // namespace vrlt::processor
