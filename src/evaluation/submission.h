#pragma once

#include "vrlt/evaluation/benchmark.h"

namespace vrlt::evaluation {

// Files of answers for the benchmarks' own programs; with several answers to a question the first. Times are those of the video file.
// Source: spec benchmarks.md 5 and 8 (C15).

/// {"<video>>>><caption>>>><timestamps>": "<response>"}, for lmms-eval's and Temporal-R1's scorers of temporal grounding.
void write_grounding_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                                const std::filesystem::path& folder);
/// {"<vid>_<qid>": [s, e]} and {"<vid>_<qid>": {"prediction": k, "answer": k}}. eval_ground.py skips a question without a span,
/// eval_next.py fails unless every question is there: prediction -1 where no option can be read.
void write_nextgqa_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                              const std::filesystem::path& folder);
/// A line for every question: {"qid", "pred_relevant_windows", "ans"}. Its scorer crashes on an empty list: a failure is [[0, 0]].
void write_rextime_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                              const std::filesystem::path& folder);
/// predictions/<model>/<task>.json: {"<video>": {"<dim>": [{"question", "answer", "prediction"}]}}.
void write_tempcompass_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                                  const std::filesystem::path& folder);
/// {"acc_dict": {"<sub-task>": [right, all]}, "res_list": [{"pred", "gt"}]}, as MVBench's notebook writes.
void write_mvbench_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                              const std::filesystem::path& folder);
// What `vrlt-data export videomme|mmvu_mc|anet_rtl` writes. @throws DataError for records that do not come from `vrlt-data convert`.
void write_videomme_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                               const std::filesystem::path& folder);
void write_mmvu_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers, const std::filesystem::path& folder);
void write_anet_rtl_submission(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& answers,
                               const std::filesystem::path& folder);

}  // namespace vrlt::evaluation
