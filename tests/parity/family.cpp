#include "tests/parity/family.h"

#include <ATen/ATen.h>

#include <numeric>

#include "model/conversation_parts.h"
#include "model/qwen2_5_vl/chat_template.h"
#include "model/qwen2_5_vl/config.h"
#include "model/qwen2_5_vl/geometry.h"
#include "model/qwen2_5_vl/positions.h"
#include "model/qwen3_vl/geometry.h"
#include "model/qwen3_vl/prompt_format.h"
#include "vrlt/core/error.h"
#include "vrlt/model/chat_template_file.h"

namespace vrlt::parity {
namespace {

struct Pads {
  explicit Pads(const tokenizer::Tokenizer& tokenizer)
      : image(model::required_token(tokenizer, model::kImagePad)),
        video(model::required_token(tokenizer, model::kVideoPad)) {}
  int64_t image, video;
};

/// Every pad of `id` becomes as many as its grid has merged units.
std::vector<int64_t> expand(const std::vector<int64_t>& ids, int64_t pad, const at::Tensor& grids,
                            int64_t merge_area) {
  std::vector<int64_t> expanded;
  int64_t item = 0;
  for (const int64_t id : ids)
    expanded.insert(
        expanded.end(),
        id == pad ? static_cast<size_t>(grids[item++].prod().item<int64_t>() / merge_area) : 1, id);
  return expanded;
}

namespace first {

namespace family = model::qwen2_5_vl;

LaidOut lay_out(const PromptSource& source, const tokenizer::Tokenizer& tokenizer) {
  const Pads pads(tokenizer);
  constexpr int64_t kMergeArea = family::kGeometry.merge_area();
  LaidOut prompt{.text = family::render_chat(source.messages)};
  const auto ids =
      expand(tokenizer.encode(prompt.text), pads.image, source.image_grid_thw, kMergeArea);
  prompt.input_ids =
      at::tensor(expand(ids, pads.video, source.video_grid_thw, kMergeArea), at::kLong);

  const auto config_file = source.model / "config.json";
  const auto config = family::parse_config(io::read_json(config_file), config_file.string());
  family::PositionOptions options{.tokens_per_second = config.vision.tokens_per_second,
                                  .image_token_id = pads.image,
                                  .video_token_id = pads.video};
  const auto seconds = source.json.at("second_per_grid_ts").get<std::vector<float>>();
  for (const std::string mode : {"float_max", "int_max", "int_grid", "float_grid"}) {
    options.mode = family::parse_mrope_mode(mode);
    prompt.positions[mode] = family::mrope_positions(prompt.input_ids, source.image_grid_thw,
                                                     source.video_grid_thw, seconds, options);
  }
  return prompt;
}

}  // namespace first

namespace second {

namespace family = model::qwen3_vl;

/// A row for each slice: what stands for a run of pads.
at::Tensor by_slice(const at::Tensor& grids) {
  if (!grids.defined()) return grids;
  auto slices = grids.repeat_interleave(grids.select(1, 0), 0);
  slices.select(1, 0).fill_(1);
  return slices;
}

LaidOut lay_out(const PromptSource& source, const tokenizer::Tokenizer& tokenizer) {
  const Pads pads(tokenizer);
  constexpr int64_t kMergeArea = family::kGeometry.merge_area();
  const auto rates = source.json.at("fps").get<std::vector<double>>();
  VRLT_CHECK(rates.size() == source.num_frames.size(), rates.size(), " rates of ",
             source.num_frames.size(), " videos");
  std::vector<std::vector<double>> times;
  for (size_t i = 0; i < rates.size(); ++i) {
    processor::ClipTimes clip{.file_fps = rates[i]};
    clip.file_frames.resize(static_cast<size_t>(source.num_frames[i]));
    std::iota(clip.file_frames.begin(), clip.file_frames.end(), 0);
    times.push_back(family::slice_seconds(clip, family::TimestampRule::kFile,
                                          family::kGeometry.temporal_patch));
  }
  LaidOut prompt{
      .text = family::render_chat(source.messages,
                                  family::chat_kind(model::read_chat_template(source.model).text))};
  const auto text = family::with_slices(
      prompt.text, times, family::parse_video_wrapper(source.json.value("video_wrapper", "")));
  const auto ids = expand(tokenizer.encode(text), pads.image, source.image_grid_thw, kMergeArea);
  prompt.input_ids =
      at::tensor(expand(ids, pads.video, by_slice(source.video_grid_thw), kMergeArea), at::kLong);
  prompt.positions["slices"] = family::slice_positions(
      prompt.input_ids, source.image_grid_thw, source.video_grid_thw, family::kGeometry.merge_size,
      {.image = pads.image, .video = pads.video});
  return prompt;
}

}  // namespace second

const Family kFamilies[] = {
    {"qwen2_5_vl", first::family::kGeometry, "float_max", first::lay_out},
    {"qwen3_vl", second::family::kGeometry, "slices", second::lay_out},
};

}  // namespace

const Family& family_of(const std::filesystem::path& folder) {
  const auto type = io::read_json(folder / "config.json").value("model_type", "");
  for (const auto& family : kFamilies)
    if (type == family.name) return family;
  throw DataError(concat(folder.string(), ": no family is called \"", type, "\" here"));
}

}  // namespace vrlt::parity
