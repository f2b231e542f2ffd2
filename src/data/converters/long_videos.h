#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

// Multiple choice about long videos.

/// LVBench (arXiv:2406.08035), its video_info.meta.jsonl: a line for each video with its questions,
/// whose lettered options stand in the text. A question may be of several categories; each is a
/// group of its own.
void convert_lvbench(const ConversionRequest& request, Conversion& conversion);

/// LongVideoBench (arXiv:2407.15754), lvb_val.json ("candidates"), or the rows of its Parquet file
/// ("option0" to "option4", "N/A" where there are fewer).
void convert_longvideobench(const ConversionRequest& request, Conversion& conversion);

/// MLVU (arXiv:2406.04264), the multiple-choice tasks: a folder of json/<number>_<task>.json as
/// published, or one such file. Videos lie in <video folder>/<name of the file>.
void convert_mlvu(const ConversionRequest& request, Conversion& conversion);

/// VideoMMMU (arXiv:2501.13826), the multiple-choice questions of a track (Perception,
/// Comprehension, Adaptation), which the split names; open questions are dropped. Videos lie in a
/// folder of their discipline, as its archives hold them.
void convert_videommmu(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
