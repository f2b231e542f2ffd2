#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// MMVU, multiple choice: items of the validation set, a JSON list or rows exported to JSON Lines,
/// whose video is "video_path" (lmms-eval's copy) or "video" (the authors', a link). Open-ended
/// items are dropped; empty choices are taken out and the answer counted anew. Videos are
/// <folder>/<Subject>/<n>.mp4 (the folder is "videos" unless another is given). Groups: subject and
/// its area. Source: huggingface.co/datasets/yale-nlp/MMVU; areas as lmms-eval's task mmvu;
/// arXiv:2501.12380.
void convert_mmvu(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
