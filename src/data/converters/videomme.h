#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Video-MME: rows of videomme/test-00000-of-00001.parquet, exported to JSON Lines. The letters of
/// the options are taken off; videos are <folder>/<videoID>.mp4 (the folder is "data" unless
/// another is given). Given the folder of the .srt files, a record names the one of its video if it
/// is there. Ids are the question_ids. Source: huggingface.co/datasets/lmms-lab/Video-MME;
/// arXiv:2405.21075.
void convert_videomme(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
