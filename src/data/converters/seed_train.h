#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// The training files of Temporal-R1: a YAML list of data sets with sampling strategies (all,
/// first:N, end:N, random:N; N may be "10%"), or one .json or .jsonl file, or several as
/// base{a,b}.json. Items are {"dataset", "video", "problem", "solution": [start, end],
/// "video_length"} with a solution in fractions of video_length; the five fields are kept as they
/// are in "train", so that `vrlt-data export seed_train` writes them back. The record's seconds are
/// solution * video_length, or * the measured length where that is asked for (flag
/// duration_measured); its question is the sentence in quotes if the problem is the seed's
/// template. Ids are <dataset>/<split>/<position in its file>. Random choices depend on the path in
/// the YAML only. Source: github.com/appletea233/Temporal-R1, verl/utils/dataset_video.py;
/// differences: "end:0" takes none there all, an empty choice is noted, two entries with one data
/// set are an error.
void convert_seed_train(const ConversionRequest& request, Conversion& conversion);

/// The problem that the seed asks: Give the query: "{sentence}", when does the described content
/// occur in the video?.
std::string seed_problem(const std::string& sentence);

}  // namespace vrlt::data
