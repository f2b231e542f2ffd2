#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Time-R1's training set and TVGBench: lists of {"video", "duration", "timestamp": [start, end],
/// "sentence", "qid", "video_start", "video_end", "difficulty"} and of {"path", "question",
/// "answer": "13.4-28.1", "start", "end", "duration", "dataset_name"}. Times count from the start
/// of the part that video_start or start names; a file whose name ends in two clock times
/// (_00:00:39:000_00:01:24:700) is that part itself. Of a path the last part is kept. Groups:
/// dataset_name. Ids are <file>#<position>.
/// Source: github.com/xiaomi-research/time-r1, dataset/timer1/annotations, src/vllm_inference/data.
void convert_time_r1(const ConversionRequest& request, Conversion& conversion);

/// TimeLens2's annotations: rows of {"video_path", "duration", "events": [{"query", "span"}]} or,
/// as its rollouts are written, {"video_path", "duration", "query", "span"}; a span is [start, end]
/// or a list of these. A path without a video's ending is a folder of pictures, 00001.jpg, ..., at
/// "sample_fps" or --frames-fps. Ids are <video>#<position of the query>.
/// Source: github.com/MCG-NJU/TimeLens2, grpo/README.md, grpo/timelens/data/sources.py.
void convert_timelens2(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
