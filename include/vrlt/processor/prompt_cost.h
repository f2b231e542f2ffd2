#pragma once

#include "vrlt/data/sample.h"
#include "vrlt/processor/prompt_loader.h"

namespace vrlt::processor {

/// About how large a prompt is.
struct PromptSize {
  double text_tokens = 0.0;  ///< Of the question and its options.
  double vision_tokens = 0.0;
  /// Vision tokens of a slice of the clip, or of an image; the largest there is.
  double tokens_per_slice = 0.0;
  double tokens() const { return text_tokens + vision_tokens; }
};

/// From the record alone: no file is opened. Frames follow from the length of the clip (of one
/// without a known length: the most that are taken), their size is the largest allowed, a text
/// token stands for four bytes. Good for sharing work and for budgets, not for counting.
PromptSize estimated_size(const data::Sample& sample, const MediaOptions& options,
                          const VisionGeometry& geometry);

}  // namespace vrlt::processor
