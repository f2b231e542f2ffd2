// vrlt-parity FOLDER: runs what FOLDER/request.json asks for on FOLDER/inputs.safetensors and
// writes every stage to FOLDER/outputs.safetensors and outputs.json. scripts/golden/parity.py
// writes the one and reads the other.
//
// request.json: {"model": folder, "dtype": "float32" | "bfloat16", "threads", "video_wrapper",
// "prompts": [...] (prompt.h), and as wanted
//   "texts": [..]                                  -> `text.<i>`: their ids
//   "clips": [{"min_pixels", ..}, ..]              -> `clip.<i>.*`: the input `clip.<i>`
//                                                     [F, 3, H, W] resized and cut into patches
//   "modes": [..]                                  -> states of the prompts in these position modes
//   "group": true                                  -> with the input `weights`: groups, gradients
//   "greedy_mode", "rollout": [ids], "new_tokens"  -> continuations
//   "adapter": folder                              -> all of this beside an adapter of PEFT's
//   "save_adapter": folder, "merge": folder        -> it written again, and in the model's weights
//   "save": folder                                 -> the model saved there}

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <cstdio>

#include "tests/parity/model_stages.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/model/adapter_config.h"
#include "vrlt/model/adapter_files.h"
#include "vrlt/model/load_prompt_format.h"
#include "vrlt/model/merged_folder.h"
#include "vrlt/model/normalize_patches.h"
#include "vrlt/processor/patchify.h"
#include "vrlt/video/clip.h"
#include "vrlt/video/resize.h"

namespace vrlt::parity {
namespace {

void add_prompt(const Prompt& prompt, NamedTensors& outputs, io::Json& texts) {
  texts[prompt.name] = prompt.text;
  const auto add = [&](const std::string& name, const at::Tensor& tensor) {
    if (tensor.defined()) outputs.emplace_back(prompt.name + "." + name, tensor);
  };
  add("input_ids", prompt.input_ids);
  add("pixel_values", prompt.pixel_values);
  add("image_grid_thw", prompt.image_grid_thw);
  add("pixel_values_videos", prompt.pixel_values_videos);
  add("video_grid_thw", prompt.video_grid_thw);
  for (const auto& [mode, positions] : prompt.positions) {
    add("position_ids." + mode, positions.position_ids);
    add("next_position." + mode, at::scalar_tensor(positions.next_position, at::kLong));
  }
}

/// `<name>.frames` in the size that we choose for them, and `<name>.pixel_values_videos`.
void add_clip(const std::string& name, const io::Json& json,
              const processor::VisionGeometry& geometry, const checkpoint::SafetensorsFile& inputs,
              NamedTensors& outputs) {
  const auto frames = inputs.tensor(name);
  video::VideoOptions options{.min_pixels = json.at("min_pixels").get<int64_t>(),
                              .total_pixels = json.at("total_pixels").get<double>(),
                              .pixel_factor = geometry.pixel_factor()};
  options.size_rule = json.value("size_rule", options.size_rule);
  const auto kernel = video::parse_resize_kernel(json.value("resize", options.resize));
  if (json.contains("max_pixels")) options.max_pixels = json["max_pixels"].get<double>();
  const auto size =
      video::clip_frame_size(frames.size(0), {frames.size(2), frames.size(3)}, options);
  std::vector<at::Tensor> resized;
  for (int64_t i = 0; i < frames.size(0); ++i)
    resized.push_back(video::resize_frame(frames[i], size, kernel));
  at::Tensor grid;
  outputs.emplace_back(name + ".frames", at::stack(resized));
  outputs.emplace_back(
      name + ".pixel_values_videos",
      model::normalize_patches(processor::patchify(at::stack(resized), geometry, &grid), geometry));
  outputs.emplace_back(name + ".video_grid_thw", grid);
}

/// Puts the adapter of a folder beside the model, and writes it again and merged where that is
/// asked for.
void open_adapter(const std::filesystem::path& folder, const std::filesystem::path& model_folder,
                  const io::Json& request, model::DecoderModel& model) {
  auto& adapter = model::add_adapter(model, model::read_adapter(folder).lora, model_folder.string(),
                                     /*seed=*/0);
  model::load_adapter(folder, adapter, adapter.pairs->trained);
  if (request.contains("save_adapter"))
    model::save_adapter(adapter, adapter.pairs->trained,
                        request["save_adapter"].get<std::string>());
  if (request.contains("merge"))
    model::write_merged_folder(model_folder, folder, request["merge"].get<std::string>(),
                               /*as_float32=*/false);
}

void run(const std::filesystem::path& folder) {
  const auto request = io::read_json(folder / "request.json");
  const checkpoint::SafetensorsFile inputs(folder / "inputs.safetensors");
  NamedTensors outputs;
  io::Json texts = io::Json::object();
  at::set_num_threads(request.value("threads", 1));
  const at::NoGradGuard no_grad;

  const std::filesystem::path model_folder = request.at("model").get<std::string>();
  const auto dtype = request.value("dtype", "float32") == "bfloat16" ? at::kBFloat16 : at::kFloat;
  const auto loaded = model::load_model(model_folder, {.dtype = dtype});
  auto& model = dynamic_cast<model::DecoderModel&>(*loaded);
  if (request.contains("adapter"))
    open_adapter(request["adapter"].get<std::string>(), model_folder, request, model);
  const auto& family = family_of(model_folder);
  const processor::Processor processor(model::load_prompt_format(
      model_folder, {.positions = {}, .video_wrapper = request.value("video_wrapper", "")}));
  const auto& tokenizer = processor.tokenizer();

  const auto strings = request.value("texts", std::vector<std::string>());
  for (size_t i = 0; i < strings.size(); ++i)
    outputs.emplace_back("text." + std::to_string(i),
                         at::tensor(tokenizer.encode(strings[i]), at::kLong));
  const auto clips = request.value("clips", io::Json::array());
  for (size_t i = 0; i < clips.size(); ++i)
    add_clip("clip." + std::to_string(i), clips[i], family.geometry, inputs, outputs);

  std::vector<Prompt> prompts;
  for (const auto& json : request.at("prompts"))
    prompts.push_back(make_prompt(json, inputs, model_folder, tokenizer));
  for (const auto& json : request.at("prompts"))
    if (json.contains("question"))
      for (auto& made : run_processor(json, inputs, processor)) outputs.push_back(std::move(made));
  const auto modes = request.value("modes", std::vector<std::string>());
  for (const auto& prompt : prompts) {
    add_prompt(prompt, outputs, texts);
    if (!modes.empty()) add_vision(model, prompt, outputs);
    for (const auto& mode : modes) add_prompt_states(model, prompt, mode, outputs);
  }
  if (request.contains("greedy_mode"))
    add_greedy(model, prompts, request["greedy_mode"].get<std::string>(),
               request.at("new_tokens").get<int64_t>(), outputs);
  if (request.contains("rollout"))
    add_rollout(model, prompts, family.mode, tokenizer,
                request["rollout"].get<std::vector<int64_t>>(),
                request.at("new_tokens").get<int64_t>(), outputs);
  if (request.value("group", false))
    add_group(model, prompts, family.mode, inputs.tensor("weights"), outputs);

  if (request.contains("save")) model.save(request["save"].get<std::string>());
  checkpoint::write_safetensors(folder / "outputs.safetensors", outputs);
  io::write_file_atomic(folder / "outputs.json", texts.dump() + "\n");
}

}  // namespace
}  // namespace vrlt::parity

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: vrlt-parity FOLDER\n");
    return 2;
  }
  try {
    vrlt::parity::run(argv[1]);
  } catch (const vrlt::Error& error) {
    std::fprintf(stderr, "vrlt-parity: %s\n", error.what());
    return static_cast<int>(error.exit_code());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vrlt-parity: %s\n", error.what());
    return 1;
  }
  return 0;
}
