#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vrlt/processor/model_inputs.h"
#include "vrlt/processor/positions.h"
#include "vrlt/tokenizer/tokenizer.h"
#include "vrlt/video/clip.h"

namespace vrlt::processor {

/// Rescales, normalises (CLIP mean and std) and cuts frames into patch rows (spec 3.1).
/// @param frames  [F, 3, H, W] uint8; an odd F repeats its last frame; H and W multiples of 28.
/// @return        [T*H/14*W/14, 1176] float32, and `grid_thw` (T, H/14, W/14) as [1, 3] int64 through the pointer.
/// @throws DataError if the sides are not multiples of 28.
at::Tensor patchify(const at::Tensor& frames, at::Tensor* grid_thw);

/// Ids of the tokens that stand for vision, looked up by name in the tokenizer.
struct VisionTokens {
  int64_t image_pad = 0, video_pad = 0, vision_start = 0, vision_end = 0;
};

/// What one prompt shows before its text: the images in order, then the video.
struct PromptMedia {
  std::vector<at::Tensor> images;           ///< Each [3, H, W] uint8, H and W multiples of 28.
  std::shared_ptr<const video::Clip> clip;  ///< May be null.
};

/// Text and frames of one prompt to ModelInputs. One per model; immutable and safe to share between threads.
class Processor {
 public:
  /// Reads the tokenizer of a Hugging Face model folder.
  /// @throws DataError if a vision token is missing.
  Processor(const std::filesystem::path& model_folder, MropeMode mode, double tokens_per_second);

  /// @param system  system turn; empty: the template's default.
  /// @param question  the user's text after the media. The literal pad strings in it are an error (they would be expanded).
  /// @param answer_prefix  what the assistant's turn begins with; the model goes on from there.
  ModelInputs operator()(const PromptMedia& media, const std::string& system, const std::string& question,
                         const std::string& answer_prefix = {}) const;

  const tokenizer::Tokenizer& tokenizer() const { return *tokenizer_; }
  const VisionTokens& vision_tokens() const { return vision_tokens_; }

 private:
  std::unique_ptr<tokenizer::Tokenizer> tokenizer_;
  VisionTokens vision_tokens_;
  PositionOptions position_options_;
};

}  // namespace vrlt::processor
