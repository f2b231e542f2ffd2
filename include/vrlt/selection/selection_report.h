#pragma once

#include <vector>

#include "vrlt/io/json.h"
#include "vrlt/selection/prediction.h"
#include "vrlt/selection/racing.h"
#include "vrlt/selection/sample_filter.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// How many samples the pool had and what each requirement, then the choice, left; per reason how
/// many.
io::Json filter_sizes(const std::vector<SampleStatistics>& statistics,
                      const std::vector<Decision>& decisions, const FilterConfig& config);

/// For each stratum its sizes, and histograms of the mean (20 bins of [0, 1]) and of the standard
/// deviation (20 bins of [0, 0.6]), of all and of the selected.
io::Json strata_histograms(const std::vector<SampleStatistics>& statistics,
                           const std::vector<Decision>& decisions);

/// How far the numbers behind the selection can be trusted, per task: draws per sample, the mean of
/// the variance and of its standard error, and the share of samples whose rewards look all the
/// same: seen, expected by the fitted prior, and how many of those would be mixed in a group of
/// training. Source: docs/spec/selection.md#noise.
io::Json noise(const std::vector<SampleStatistics>& statistics, const SignalPrediction& prediction,
               int64_t group_size);

/// The share of groups of training that will carry no signal, of the selected samples and of all,
/// over all tasks and in each.
io::Json predicted_no_signal(const std::vector<SampleStatistics>& statistics,
                             const std::vector<Decision>& decisions,
                             const SignalPrediction& prediction, int64_t group_size);

/// Fresh responses to some of the selected samples, beside what they were selected by: the selected
/// ones have the luckier draws.
/// @param fresh  of samples that are in `statistics`, by id.
io::Json audit(const std::vector<SampleStatistics>& statistics,
               const std::vector<Decision>& decisions, const std::vector<SampleStatistics>& fresh,
               const SignalPrediction& prediction);

io::Json to_json(const MissRate& miss_rate);

}  // namespace vrlt::selection
