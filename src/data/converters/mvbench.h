#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// MVBench: json/<sub_task>.json, 20 lists of {"video", "question", "candidates", "answer",
/// "start", "end"}; the answer is the text of a candidate.
/// --layout video (the usual one; branch `video`: segments already cut, named by their bounds or as
/// "video" says where an item has none) or main (branch `main`: whole videos with bounds, episodic
/// reasoning as folders of pictures). Paths keep the folder, because names repeat between folders.
/// Ids are mvbench/<split>/<sub_task>/<index>. Source: huggingface.co/datasets/OpenGVLab/MVBench;
/// folders as lmms-eval (layout video) and the authors' notebook (layout main).
void convert_mvbench(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
