#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// ActivityNet-RTL of LITA: annot_val_1_q229.json, a list of questions whose answers begin with two
/// times, "<41.0> <48.5> The crowd gasps ...", or the training file, a dictionary v_<id> ->
/// {"duration", "QA": [{"q", "a"}]}. Records are reasoning localization: the span is the truth, the
/// rest of the answer the explanation. Answers with fewer than two times are dropped. Source:
/// huggingface.co/datasets/deahuang/LITA-Datasets, temporal_reasoning; arXiv:2403.19046.
void convert_anet_rtl(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
