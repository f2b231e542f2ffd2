#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Temporal grounding as a dictionary of videos: {"AB1CD": {"duration": 31.0, "timestamps":
/// [[24.3, 30.4]], "sentences": ["..."]}}, the form of ActivityNet Captions (train, val_1, val_2)
/// and of the Charades copies of TimeChat, Time-R1 and VideoChat-R1. Ids are <video>#<index>.
void convert_charades_sta_videos(const ConversionRequest& request, Conversion& conversion);
void convert_anet_tvg_videos(const ConversionRequest& request, Conversion& conversion);

/// TimeLens-Bench (arXiv:2512.14698), charades-timelens.json and the like: the same with "spans"
/// and "queries". Queries are cleaned as its loader does: white space is one blank, and full stops
/// at the ends go. The benchmark is named by the file.
void convert_timelens_bench(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
