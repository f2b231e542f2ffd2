#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// charades_sta_{train,test}.txt, one query a line: `AB1CD 24.3 30.4##a person turns a light on.`
/// Records are temporal grounding on AB1CD.mp4 with the ids charades_sta/<split>/AB1CD#<query of
/// that video, from 0>. The truth is kept as written, also beyond the end of the video; an inverted
/// one is sorted and flagged. Source: the dataset's own text files (Gao et al., arXiv:1705.02101);
/// durations are the column `length` of Charades_v1_{train,test}.csv.
void convert_charades_sta(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
