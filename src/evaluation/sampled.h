#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evaluation/metric_table.h"
#include "vrlt/evaluation/results.h"

namespace vrlt::evaluation {

/// The expected best score of k responses drawn without replacement from those that there are. Of
/// scores of 0 and 1, c of n being 1, it is the unbiased pass@k: 1 - C(n - c, k) / C(n, k).
/// @param scores  at least k of them; k >= 1. Source: arXiv:2107.03374 sec. 2.1.
double best_of(std::vector<double> scores, int64_t k);

/// The expected score of the label that is read in most responses, ties broken by chance; 0 where
/// none can be read. @param labels  of each response; "": unreadable.
double majority_score(const std::vector<std::string>& labels, const std::vector<double>& scores);

/// What several responses to a sample say beside their mean, by the headline metric of its task,
/// over all samples, those without an answer as 0: pass@1, @2, @4, ... of accuracies, best@k of
/// other metrics, and maj@K where answers have labels. Columns without estimates; none where the
/// samples have one response each, or not all the same number. Names are as "accuracy/pass@4".
MetricTable sampled_metrics(const std::vector<const data::Sample*>& samples,
                            const std::vector<const Answer*>& answers, const Scoring& scoring);

}  // namespace vrlt::evaluation
