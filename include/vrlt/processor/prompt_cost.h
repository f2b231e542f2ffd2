#pragma once

#include "vrlt/data/sample.h"
#include "vrlt/processor/prompt_loader.h"

namespace vrlt::processor {

/// About how many tokens the prompt of a sample has, from the record alone: no file is opened. Frames follow from the length of the clip
/// (of one without a known length: the most that are taken), their size is the largest allowed, a text token stands for four bytes.
/// Good for sharing work, not for exact budgets.
double estimated_tokens(const data::Sample& sample, const MediaOptions& options);

}  // namespace vrlt::processor
