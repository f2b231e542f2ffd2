#pragma once

#include "vrlt/data/sample.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/processor/prompt_size.h"

namespace vrlt::processor {

/// From the record alone: no file is opened. Frames follow from the length of the clip (of one
/// without a known length: the most that are taken), their size is the largest allowed, a text
/// token stands for four bytes. Good for sharing work and for budgets, not for counting.
PromptSize estimated_size(const data::Sample& sample, const MediaOptions& options,
                          const VisionGeometry& geometry);

}  // namespace vrlt::processor
