#include "tests/parity/prompt.h"

#include <ATen/ATen.h>

#include "model/qwen2_5_vl/chat_template.h"
#include "model/qwen2_5_vl/geometry.h"
#include "model/qwen2_5_vl/positions.h"
#include "vrlt/model/normalize_patches.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/processor/patchify.h"

namespace vrlt::parity {
namespace family = model::qwen2_5_vl;
namespace {

constexpr int64_t kMergeArea = family::kGeometry.merge_area();

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

void patchify_all(const std::vector<at::Tensor>& clips, at::Tensor* pixels, at::Tensor* grids) {
  std::vector<at::Tensor> rows(clips.size()), shapes(clips.size());
  for (size_t i = 0; i < clips.size(); ++i)
    rows[i] = model::normalize_patches(processor::patchify(clips[i], family::kGeometry, &shapes[i]),
                                       family::kGeometry);
  if (clips.empty()) return;
  *pixels = at::cat(rows);
  *grids = at::cat(shapes);
}

/// Every pad of `id` becomes as many as its item has features.
std::vector<int64_t> expand(const std::vector<int64_t>& ids, int64_t pad, const at::Tensor& grids) {
  std::vector<int64_t> expanded;
  int64_t item = 0;
  for (const int64_t id : ids)
    expanded.insert(
        expanded.end(),
        id == pad ? static_cast<size_t>(grids[item++].prod().item<int64_t>() / kMergeArea) : 1, id);
  return expanded;
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
                   const tokenizer::Tokenizer& tokenizer, const family::VisionConfig& vision) {
  Prompt prompt;
  prompt.name = json.at("name").get<std::string>();
  patchify_all(numbered(inputs, prompt.name + ".image"), &prompt.pixel_values,
               &prompt.image_grid_thw);
  patchify_all(numbered(inputs, prompt.name + ".video"), &prompt.pixel_values_videos,
               &prompt.video_grid_thw);
  prompt.responses = numbered(inputs, prompt.name + ".response");

  family::PositionOptions options{.tokens_per_second = vision.tokens_per_second,
                                  .image_token_id = tokenizer.token_to_id("<|image_pad|>").value(),
                                  .video_token_id = tokenizer.token_to_id("<|video_pad|>").value()};
  prompt.text = family::render_chat(read_messages(json.at("messages")));
  auto ids = expand(tokenizer.encode(prompt.text), options.image_token_id, prompt.image_grid_thw);
  prompt.input_ids =
      at::tensor(expand(ids, options.video_token_id, prompt.video_grid_thw), at::kLong);
  const auto seconds = json.at("second_per_grid_ts").get<std::vector<float>>();
  for (const std::string mode : {"float_max", "int_max", "int_grid", "float_grid"}) {
    options.mode = family::parse_mrope_mode(mode);
    prompt.positions[mode] = family::mrope_positions(prompt.input_ids, prompt.image_grid_thw,
                                                     prompt.video_grid_thw, seconds, options);
  }
  return prompt;
}

checkpoint::NamedTensors run_processor(const io::Json& json,
                                       const checkpoint::SafetensorsFile& inputs,
                                       const processor::Processor& processor) {
  const auto name = json.at("name").get<std::string>();
  processor::PromptMedia media{.images = numbered(inputs, name + ".image"), .clip = {}};
  for (auto& image : media.images) image = image.squeeze(0);
  if (inputs.contains(name + ".video.0"))
    media.clip = std::make_shared<video::Clip>(
        video::Clip{.frames = inputs.tensor(name + ".video.0"),
                    .sample_fps = json.at("sample_fps").get<double>()});
  const auto made = processor(media, json.at("system").get<std::string>(),
                              json.at("question").get<std::string>());
  checkpoint::NamedTensors outputs = {{name + ".processor.input_ids", made.input_ids},
                                      {name + ".processor.position_ids", made.position_ids}};
  if (made.pixel_values.defined())
    outputs.emplace_back(name + ".processor.pixel_values",
                         model::normalize_patches(made.pixel_values, family::kGeometry));
  if (made.pixel_values_videos.defined())
    outputs.emplace_back(name + ".processor.pixel_values_videos",
                         model::normalize_patches(made.pixel_values_videos, family::kGeometry));
  return outputs;
}

}  // namespace vrlt::parity
