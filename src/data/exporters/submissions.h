#pragma once

#include "vrlt/data/exporter_table.h"

namespace vrlt::data {

/// {"<video>>>><caption>>>><timestamp list>": text}: what the seed's and lmms-eval's scripts of
/// Charades-STA and ActivityNet read. Samples without an answer are left out. The caption is the
/// untouched sentence.
Export export_grounding(const std::vector<const Sample*>& samples, const Predictions& predictions);

/// grounding.json {"<vid>_<qid>": [start, end]} and qa.json {"<vid>_<qid>": {"prediction": k,
/// "answer": k}} of NExT-GQA's eval_ground.py and eval_next.py. A span that cannot be read is left
/// out, which the first skips; the second fails unless every question is there: prediction -1.
Export export_nextgqa(const std::vector<const Sample*>& samples, const Predictions& predictions);

/// Lines {"qid", "pred_relevant_windows": [[start, end]], "ans": "A"}, one for every sample, as
/// rextime_eval.py demands: [[0, 0]] and "" where there is no answer, because an empty list ends
/// the script.
Export export_rextime(const std::vector<const Sample*>& samples, const Predictions& predictions);

/// <task>.json {"<video>": {"<dim>": [{"question", "answer", "prediction"}]}}: predictions/<model>/
/// of TempCompass's eval scripts. A sample without an answer has the prediction null.
Export export_tempcompass(const std::vector<const Sample*>& samples,
                          const Predictions& predictions);

/// {"acc_dict": {sub_task: [right, all]}, "res_list": [{"pred", "gt"}]} as MVBench's notebook saves
/// it; right is counted by our grammar.
Export export_mvbench(const std::vector<const Sample*>& samples, const Predictions& predictions);

}  // namespace vrlt::data
