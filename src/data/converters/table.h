#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// A table of questions: CSV (separated by commas, tabs or semicolons), Parquet or Arrow, a folder
/// of these, or rows of JSON. `request.columns` says which columns hold what, as
/// "FIELD=COLUMN,...": id, question, options, answer, segments, start, end, video, images,
/// duration, clip_start, clip_end, thinking, problem_type, groups. A column that has the name of a
/// field needs no entry. options, images and groups may be several columns ("a0:a1:a2"); options in
/// one column are a list, a list as Python or JSON writes it, lines, or parts between "|". A column
/// inside another is named by dots ("reward_model.ground_truth", "videos.0.video"). The answer
/// tells the task: see plain_question.h.
/// @throws ConfigError for a field or a column that there is not.
void convert_table(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
