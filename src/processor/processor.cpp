#include "vrlt/processor/processor.h"

#include <ATen/ops/tensor.h>

#include "vrlt/core/error.h"
#include "vrlt/tokenizer/chat_template.h"

namespace vrlt::processor {
namespace {

constexpr int64_t kMergeArea = 4;

int64_t required_token(const tokenizer::Tokenizer& tokenizer, const char* name) {
  const auto id = tokenizer.token_to_id(name);
  if (!id) throw DataError(concat("the tokenizer has no token ", name));
  return *id;
}

}  // namespace

Processor::Processor(const std::filesystem::path& model_folder, MropeMode mode, double tokens_per_second)
    : tokenizer_(tokenizer::load_tokenizer(model_folder)) {
  vision_tokens_ = {required_token(*tokenizer_, "<|image_pad|>"), required_token(*tokenizer_, "<|video_pad|>"),
                    required_token(*tokenizer_, "<|vision_start|>"), required_token(*tokenizer_, "<|vision_end|>")};
  position_options_ = {
      .mode = mode, .tokens_per_second = tokens_per_second, .image_token_id = vision_tokens_.image_pad, .video_token_id = vision_tokens_.video_pad};
}

ModelInputs Processor::operator()(const video::Clip& clip, const std::string& system, const std::string& question) const {
  for (const char* pad : {"<|image_pad|>", "<|video_pad|>"})
    if (question.find(pad) != std::string::npos || system.find(pad) != std::string::npos)
      throw DataError(concat("the text holds ", pad, ", which stands for a video"));
  using tokenizer::ChatContent;
  std::vector<tokenizer::ChatMessage> messages;
  if (!system.empty()) messages.push_back({"system", {{ChatContent::Kind::kText, system}}});
  messages.push_back({"user", {{ChatContent::Kind::kVideo, ""}, {ChatContent::Kind::kText, question}}});

  ModelInputs inputs;
  inputs.pixel_values_videos = patchify(clip.frames, &inputs.video_grid_thw);
  const int64_t num_vision_tokens = inputs.pixel_values_videos.size(0) / kMergeArea;
  std::vector<int64_t> ids;
  for (const int64_t id : tokenizer_->encode(tokenizer::render_qwen_chat(messages)))
    ids.insert(ids.end(), id == vision_tokens_.video_pad ? static_cast<size_t>(num_vision_tokens) : 1, id);
  inputs.input_ids = at::tensor(ids, at::kLong);
  const auto second_per_grid = static_cast<float>(2.0 / clip.sample_fps);
  auto positions = mrope_positions(inputs.input_ids, {}, inputs.video_grid_thw, {second_per_grid}, position_options_);
  inputs.position_ids = positions.position_ids;
  inputs.next_position = positions.next_position;
  inputs.sample_fps = clip.sample_fps;
  inputs.num_frames = clip.frames.size(0);
  inputs.frame_seconds = clip.frame_seconds;
  return inputs;
}

}  // namespace vrlt::processor
