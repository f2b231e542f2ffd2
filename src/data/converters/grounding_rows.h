#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Temporal grounding as lmms-eval and the seed publish it: rows {"video": "AB1CD.mp4", "caption":
/// ..., "timestamp": [start, end]} of a Parquet file, exported to JSON Lines. The ids are those of
/// the other Charades and ActivityNet converters: <video without ending>#<query of that video>.
/// Times of half precision (24.3 became 24.296875) are kept, since that is what these harnesses
/// score against, and flagged gt_f16 when every time of the file is a half-precision number.
/// Source: huggingface.co/datasets lmms-lab/charades_sta and appletea2333/activity_tvg.
void convert_charades_sta_rows(const ConversionRequest& request, Conversion& conversion);
void convert_anet_tvg_rows(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
