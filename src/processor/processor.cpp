#include "vrlt/processor/processor.h"

#include <ATen/ops/cat.h>

#include "vrlt/processor/patchify.h"

namespace vrlt::processor {
namespace {

VisionGrid to_grid(const at::Tensor& grid_thw) {
  const auto* thw = grid_thw.const_data_ptr<int64_t>();
  return {thw[0], thw[1], thw[2]};
}

/// Cuts the images, and gives each its place.
void add_images(const std::vector<at::Tensor>& images, const VisionGeometry& geometry,
                ModelInputs& inputs, std::vector<PromptPart>& parts) {
  if (images.empty()) return;
  std::vector<at::Tensor> pixels, grids;
  for (const auto& image : images) {
    pixels.push_back(patchify(image.unsqueeze(0), geometry, &grids.emplace_back()));
    parts.push_back({.kind = PromptPart::Kind::kImage, .grid = to_grid(grids.back())});
  }
  inputs.pixel_values = at::cat(pixels);
  inputs.image_grid_thw = at::cat(grids);
}

void add_clip(const video::Clip& clip, const VisionGeometry& geometry, ModelInputs& inputs,
              std::vector<PromptPart>& parts) {
  inputs.pixel_values_videos = patchify(clip.frames, geometry, &inputs.video_grid_thw);
  inputs.sample_fps = clip.sample_fps;
  inputs.num_frames = clip.frames.size(0);
  inputs.frame_seconds = clip.frame_seconds;
  if (!inputs.pixel_values.defined()) inputs.media_key = clip.key;
  parts.push_back({.kind = PromptPart::Kind::kClip,
                   .grid = to_grid(inputs.video_grid_thw),
                   .times = {clip.sample_fps, clip.frame_seconds, clip.file_frames, clip.file_fps,
                             clip.start_seconds}});
}

}  // namespace

ModelInputs Processor::operator()(const PromptMedia& media, const std::string& system,
                                  const std::string& question,
                                  const std::string& answer_prefix) const {
  ModelInputs inputs;
  Conversation conversation{.system = system, .answer_prefix = answer_prefix};
  add_images(media.images, geometry(), inputs, conversation.parts);
  if (media.clip) add_clip(*media.clip, geometry(), inputs, conversation.parts);
  conversation.parts.push_back({.text = question});
  auto [text, input_ids] = format_->lay_out(conversation);
  inputs.text = std::move(text);
  inputs.turn_prefix = format_->turn_prefix();
  inputs.input_ids = std::move(input_ids);
  auto positions = format_->positions(inputs.input_ids, conversation);
  inputs.position_ids = positions.position_ids;
  inputs.next_position = positions.next_position;
  return inputs;
}

}  // namespace vrlt::processor
