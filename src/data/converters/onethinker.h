#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// OneThinker's training data: rows of {"problem_id", "problem", "problem_type", "data_type",
/// "options", "solution" or "answer", "path" or "images" and "videos", "additional_path",
/// "data_source"}. multiple choice, numerical, regression, OCR, open-ended, math and temporal
/// grounding ({"time": [start, end]}) become records; boxes, tracks and segmentation are passed
/// over. Open kinds keep the type that a reward is chosen by: open-ended as free-form, math as
/// numerical where the answer is one number, else without.
/// Groups: problem_type, data_source.
/// Source: github.com/tulerfeng/OneThinker, EasyR1/verl/utils/dataset.py,
/// EasyR1/verl/reward_function/onethinker_reward.py, Evaluation/Eval/eval_bench.py;
/// arXiv:2512.03043.
void convert_onethinker(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
