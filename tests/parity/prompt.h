#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/parity/family.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/processor.h"

namespace vrlt::parity {

/// One prompt of a request, made with our template, tokenizer, patches and positions from its
/// messages and frames.
struct Prompt {
  std::string name;
  /// As rendered, one pad per image or video.
  std::string text;
  at::Tensor input_ids;  ///< [P] int64, pads expanded.
  /// Of its images in order; undefined without one.
  at::Tensor pixel_values, image_grid_thw;
  at::Tensor pixel_values_videos, video_grid_thw;         ///< The same of its videos.
  std::map<std::string, processor::Positions> positions;  ///< By the name of the mode.
  std::vector<at::Tensor> responses;                      ///< Each [R] int64.

  /// As one group, its images and videos encoded; gradients are recorded when they are enabled.
  model::PromptGroup group(model::VisionLanguageModel& model, const std::string& mode) const;
  std::shared_ptr<const processor::ModelInputs> inputs(const std::string& mode) const;
};

/// @param json    {"name", "messages": [{"role", "content": [{"type", "text"}]}]}, and as the
/// family wants: "second_per_grid_ts": [..] (qwen2_5_vl), "fps": [..] and "video_wrapper"
/// (qwen3_vl, whose videos have all frames of their files).
/// @param inputs  `<name>.image.<i>` [1, 3, H, W] and `<name>.video.<i>` [F, 3, H, W] uint8;
/// `<name>.response.<i>` [R] int64.
/// @param model   the folder of the model.
Prompt make_prompt(const io::Json& json, const checkpoint::SafetensorsFile& inputs,
                   const std::filesystem::path& model, const tokenizer::Tokenizer& tokenizer);

/// The same by the Processor, for images, at most one video, and a text:
/// `<name>.processor.{input_ids,position_ids,pixel_values,pixel_values_videos}`.
/// @param json  also {"question", "system", "sample_fps"}.
checkpoint::NamedTensors run_processor(const io::Json& json,
                                       const checkpoint::SafetensorsFile& inputs,
                                       const processor::Processor& processor);

}  // namespace vrlt::parity
