#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "model/chat_message.h"
#include "vrlt/io/json.h"
#include "vrlt/processor/prompt_format.h"
#include "vrlt/processor/vision_geometry.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::parity {

/// What a prompt is made of, in a family's own functions.
struct PromptSource {
  const io::Json& json;                ///< Of the prompt in a request.
  const std::filesystem::path& model;  ///< The folder of the model.
  std::vector<model::ChatMessage> messages;
  std::vector<int64_t> num_frames;            ///< Of each video.
  at::Tensor image_grid_thw, video_grid_thw;  ///< [n, 3] int64; undefined without one.
};

/// A prompt in words and in numbers.
struct LaidOut {
  std::string text;      ///< As the chat template writes it, one pad per image or video.
  at::Tensor input_ids;  ///< [P] int64, pads expanded.
  std::map<std::string, processor::Positions> positions;  ///< By the name of the mode.
};

/// A model family as far as the tool has to know which one it is.
struct Family {
  const char* name;  ///< `model_type` of config.json.
  processor::VisionGeometry geometry;
  std::string mode;  ///< Of the positions that the family's Processor gives.
  LaidOut (*lay_out)(const PromptSource& source, const tokenizer::Tokenizer& tokenizer);
};

/// The family of the model in a folder. @throws DataError for one that is not here.
const Family& family_of(const std::filesystem::path& folder);

}  // namespace vrlt::parity
