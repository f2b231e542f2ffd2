#include "tests/parity/prompt.h"

#include <ATen/ATen.h>

#include <numeric>

#include "vrlt/model/normalize_patches.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/processor/patchify.h"

namespace vrlt::parity {
namespace {

std::vector<model::ChatMessage> read_messages(const io::Json& json) {
  using Kind = model::ChatContent::Kind;
  static const std::map<std::string, Kind> kKinds = {
      {"text", Kind::kText}, {"image", Kind::kImage}, {"video", Kind::kVideo}};
  std::vector<model::ChatMessage> messages;
  for (const auto& message : json) {
    messages.push_back({message.at("role").get<std::string>(), {}});
    for (const auto& item : message.at("content"))
      messages.back().content.push_back(
          {kKinds.at(item.at("type").get<std::string>()), item.value("text", "")});
  }
  return messages;
}

/// `<prefix>.0`, `<prefix>.1`, ... as far as there are.
std::vector<at::Tensor> numbered(const checkpoint::SafetensorsFile& inputs,
                                 const std::string& prefix) {
  std::vector<at::Tensor> tensors;
  for (int i = 0; inputs.contains(prefix + "." + std::to_string(i)); ++i)
    tensors.push_back(inputs.tensor(prefix + "." + std::to_string(i)));
  return tensors;
}

void patchify_all(const std::vector<at::Tensor>& clips, const processor::VisionGeometry& geometry,
                  at::Tensor* pixels, at::Tensor* grids) {
  std::vector<at::Tensor> rows(clips.size()), shapes(clips.size());
  for (size_t i = 0; i < clips.size(); ++i)
    rows[i] =
        model::normalize_patches(processor::patchify(clips[i], geometry, &shapes[i]), geometry);
  if (clips.empty()) return;
  *pixels = at::cat(rows);
  *grids = at::cat(shapes);
}

}  // namespace

std::shared_ptr<const processor::ModelInputs> Prompt::inputs(const std::string& mode) const {
  auto inputs = std::make_shared<processor::ModelInputs>();
  inputs->input_ids = input_ids;
  inputs->position_ids = positions.at(mode).position_ids;
  inputs->next_position = positions.at(mode).next_position;
  inputs->pixel_values = pixel_values;
  inputs->image_grid_thw = image_grid_thw;
  inputs->pixel_values_videos = pixel_values_videos;
  inputs->video_grid_thw = video_grid_thw;
  return inputs;
}

model::PromptGroup Prompt::group(model::VisionLanguageModel& model, const std::string& mode) const {
  model::PromptGroup group{.prompt = inputs(mode), .responses = responses};
  group.vision_features = model::encode_vision(model, std::vector{group.prompt}).front();
  return group;
}

Prompt make_prompt(const io::Json& json, const checkpoint::SafetensorsFile& inputs,
                   const std::filesystem::path& model, const tokenizer::Tokenizer& tokenizer) {
  const auto& family = family_of(model);
  Prompt prompt;
  prompt.name = json.at("name").get<std::string>();
  const auto videos = numbered(inputs, prompt.name + ".video");
  patchify_all(numbered(inputs, prompt.name + ".image"), family.geometry, &prompt.pixel_values,
               &prompt.image_grid_thw);
  patchify_all(videos, family.geometry, &prompt.pixel_values_videos, &prompt.video_grid_thw);
  prompt.responses = numbered(inputs, prompt.name + ".response");

  PromptSource source{.json = json,
                      .model = model,
                      .messages = read_messages(json.at("messages")),
                      .image_grid_thw = prompt.image_grid_thw,
                      .video_grid_thw = prompt.video_grid_thw};
  for (const auto& video : videos) source.num_frames.push_back(video.size(0));
  auto laid_out = family.lay_out(source, tokenizer);
  prompt.text = std::move(laid_out.text);
  prompt.input_ids = laid_out.input_ids;
  prompt.positions = std::move(laid_out.positions);
  return prompt;
}

checkpoint::NamedTensors run_processor(const io::Json& json,
                                       const checkpoint::SafetensorsFile& inputs,
                                       const processor::Processor& processor) {
  const auto name = json.at("name").get<std::string>();
  processor::PromptMedia media{.images = numbered(inputs, name + ".image"), .clip = {}};
  for (auto& image : media.images) image = image.squeeze(0);
  if (inputs.contains(name + ".video.0")) {
    const auto rate = json.at("sample_fps").get<double>();
    video::Clip clip{
        .frames = inputs.tensor(name + ".video.0"), .sample_fps = rate, .file_fps = rate};
    clip.file_frames.resize(static_cast<size_t>(clip.frames.size(0)));
    std::iota(clip.file_frames.begin(), clip.file_frames.end(), 0);
    media.clip = std::make_shared<video::Clip>(std::move(clip));
  }
  const auto made = processor(media, json.at("system").get<std::string>(),
                              json.at("question").get<std::string>());
  checkpoint::NamedTensors outputs = {{name + ".processor.input_ids", made.input_ids},
                                      {name + ".processor.position_ids", made.position_ids}};
  if (made.pixel_values.defined())
    outputs.emplace_back(name + ".processor.pixel_values",
                         model::normalize_patches(made.pixel_values, processor.geometry()));
  if (made.pixel_values_videos.defined())
    outputs.emplace_back(name + ".processor.pixel_values_videos",
                         model::normalize_patches(made.pixel_values_videos, processor.geometry()));
  return outputs;
}

}  // namespace vrlt::parity
