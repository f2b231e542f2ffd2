#pragma once

#include "vrlt/evaluation/task_results.h"
#include "vrlt/evaluation_run/eval_tasks.h"

namespace vrlt::evaluation_run {

/// Prints the counts and scores of one results.json.
/// @param hide_scores  the records are not the benchmark: say so instead of a number.
void print_results(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                   const evaluation::TaskResults& results, bool hide_scores);

/// Prints the settings that differ between two runs, then the scores of their comparison.
void print_comparison(const io::Json& comparison);

}  // namespace vrlt::evaluation_run
