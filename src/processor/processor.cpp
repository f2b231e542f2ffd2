#include "vrlt/processor/processor.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include "vrlt/core/error.h"
#include "vrlt/processor/prompt_text.h"

namespace vrlt::processor {
namespace {

constexpr int64_t kMergeArea = 4;
constexpr double kTemporalPatch = 2.0;

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

ModelInputs Processor::operator()(const PromptMedia& media, const std::string& system, const std::string& question,
                                  const std::string& answer_prefix) const {
  ModelInputs inputs;
  MediaTokens tokens;
  std::vector<at::Tensor> pixels, grids;
  for (const auto& image : media.images) {
    pixels.push_back(patchify(image.unsqueeze(0), &grids.emplace_back()));
    tokens.images.push_back(pixels.back().size(0) / kMergeArea);
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
    tokens.video = inputs.pixel_values_videos.size(0) / kMergeArea;
  }
  auto [text, input_ids] = lay_out(*this, tokens, system, question, answer_prefix);
  inputs.text = std::move(text);
  inputs.input_ids = std::move(input_ids);
  auto positions = mrope_positions(inputs.input_ids, inputs.image_grid_thw, inputs.video_grid_thw, second_per_grid, position_options_);
  inputs.position_ids = positions.position_ids;
  inputs.next_position = positions.next_position;
  return inputs;
}

}  // namespace vrlt::processor
