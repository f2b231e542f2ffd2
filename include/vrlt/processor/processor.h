#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vrlt/processor/model_inputs.h"
#include "vrlt/processor/prompt_format.h"
#include "vrlt/video/clip.h"

namespace vrlt::processor {

/// What one prompt shows before its text: the images in order, then the video.
struct PromptMedia {
  /// Each [3, H, W] uint8, H and W multiples of the pixel factor.
  std::vector<at::Tensor> images;
  std::shared_ptr<const video::Clip> clip;  ///< May be null.
};

/// Text and frames of one prompt to ModelInputs, by the format of a model (see
/// model::load_prompt_format()). One per model; immutable and safe to share between threads.
class Processor {
 public:
  explicit Processor(std::unique_ptr<PromptFormat> format) : format_(std::move(format)) {}

  /// @param system, answer_prefix  as Conversation has them.
  /// @param question  the user's text after the media.
  /// @throws as PromptFormat; DataError if sides are not multiples of the pixel factor.
  ModelInputs operator()(const PromptMedia& media, const std::string& system,
                         const std::string& question, const std::string& answer_prefix = {}) const;

  const PromptFormat& format() const { return *format_; }
  const VisionGeometry& geometry() const { return format_->geometry(); }
  const tokenizer::Tokenizer& tokenizer() const { return format_->tokenizer(); }
  std::vector<int64_t> never_sampled() const { return format_->never_sampled(); }

 private:
  std::unique_ptr<PromptFormat> format_;
};

}  // namespace vrlt::processor
