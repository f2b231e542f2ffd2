#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/processor/processor.h"

namespace vrlt::processor {

/// How many vision tokens each image and the video of a prompt become, in the order of PromptMedia.
struct MediaTokens {
  std::vector<int64_t> images;
  std::optional<int64_t> video;
};

/// The text of a prompt as the model reads it.
struct PromptText {
  std::string text;      ///< The conversation, a pad per image or video.
  at::Tensor input_ids;  ///< [P] int64, pads expanded.
};

/// What a Processor makes of the text: it needs the sizes of the media and not their pixels.
/// @param system, question, answer_prefix  as Processor takes them. @throws as Processor.
PromptText lay_out(const Processor& processor, const MediaTokens& media, const std::string& system, const std::string& question,
                   const std::string& answer_prefix = {});

}  // namespace vrlt::processor
