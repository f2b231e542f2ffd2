#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// ReXTime: rextime_{train,val,test_release}.json of the Hugging Face data set (grounded QA; labels
/// may be hidden), or rextime_val.jsonl of the GitHub repository, which has no options (then
/// temporal grounding of the question). The span wins over the times in the answer's text, "From
/// <5> to <8>, x"; where they disagree the record says so in the notes. Ids are the qids. Source:
/// huggingface.co/datasets/ReXTime/ReXTime, github.com/ReXTime/ReXTime; arXiv:2406.19392.
void convert_rextime(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
