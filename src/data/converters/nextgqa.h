#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// NExT-GQA: <split>.csv (questions), gsub_<split>.json (true spans) and map_vid_vidorID.json
/// (where a video is) of one folder, joined by video and qid. Records are grounded QA with the ids
/// nextgqa/<split>/<vid>_<qid>; the answer, a text in the CSV, becomes the index of the first
/// option with that text. Questions without spans are dropped. Source: github.com/doc-doc/NExT-GQA,
/// datasets/nextgqa.
void convert_nextgqa(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
