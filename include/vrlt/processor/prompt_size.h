#pragma once

namespace vrlt::processor {

/// About how large a prompt is.
struct PromptSize {
  double text_tokens = 0.0;  ///< Of the question and its options.
  double vision_tokens = 0.0;
  /// Vision tokens of a slice of the clip, or of an image; the largest there is.
  double tokens_per_slice = 0.0;
  double tokens() const { return text_tokens + vision_tokens; }
};

}  // namespace vrlt::processor
