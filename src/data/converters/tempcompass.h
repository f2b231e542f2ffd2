#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// TempCompass: questions/{multi-choice,yes_no,caption_matching,captioning}.json and meta_info.json
/// of the GitHub repository, or the rows of the Hugging Face copy exported to
/// <folder>/{multi-choice,...}.jsonl (meta_info.json may lie beside them). Options are lines of the
/// question: "A. text" or "Sentence A: text"; the whole question is kept as query_raw, the labels
/// of captions in native. Groups: tc_task, dim and, from meta_info.json, aspect. Ids are
/// tempcompass/<split>/<task>/<video>/<dim>/<index>. Source: github.com/llyx97/TempCompass,
/// huggingface.co/datasets/lmms-lab/TempCompass; arXiv:2403.00476.
void convert_tempcompass(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
