#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Temporal grounding as a dictionary of videos: {"AB1CD": {"duration": 31.0, "timestamps":
/// [[24.3, 30.4]], "sentences": ["..."]}}, the form of ActivityNet Captions (train, val_1, val_2)
/// and of the Charades copies of TimeChat, Time-R1 and VideoChat-R1. Ids are <video>#<index>.
void convert_charades_sta_videos(const ConversionRequest& request, Conversion& conversion);
void convert_anet_tvg_videos(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
