#pragma once

#include "vrlt/data/exporter_table.h"

namespace vrlt::data {

// Files of answers for programs that score or review them by themselves. A sample without an answer
// has the empty response.

/// Video-MME's output_test_template.json: a list of videos with "questions", each with "answer" and
/// "response", and "missing" for a video none of whose questions is answered. Source:
/// github.com/BradyFU/Video-MME, evaluation/eval_your_results.py.
Export export_videomme(const std::vector<const Sample*>& samples, const Predictions& predictions);

/// The questions of MMVU with "response", as its main.py saves them. Source:
/// github.com/yale-nlp/MMVU, acc_evaluation.py.
Export export_mmvu(const std::vector<const Sample*>& samples, const Predictions& predictions);

/// answers.json of ActivityNet-RTL, whose explanations GPT-4 compares: the texts without their
/// first two times <t>. Source: github.com/NVlabs/LITA, lita/eval/eval_model_rtl.py and
/// eval_gpt_review_rtl.py.
Export export_anet_rtl(const std::vector<const Sample*>& samples, const Predictions& predictions);

}  // namespace vrlt::data
