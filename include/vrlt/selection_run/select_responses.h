#pragma once

#include <functional>
#include <vector>

#include "vrlt/selection/racing.h"
#include "vrlt/selection/statistics.h"
#include "vrlt/selection_run/response_store.h"
#include "vrlt/settings/select_config.h"

namespace vrlt::selection_run {

/// Asks the model everything that the store lacks: every sample; with racing, further draws of
/// those that the first ones leave in doubt; with an audit, fresh draws of some that are selected.
/// The draw k of a sample is the same whatever came before it. A run whose model is gone leaves
/// samples that could not be asked as they are.
/// @param check_model  called on rank 0 before the model is opened, if it is.
void collect_responses(const settings::SelectConfig& config, ResponseStore& store,
                       distributed::ProcessGroup& group, const std::function<void()>& check_model);

/// The statistics of every sample that could be asked, over all its draws but those of the audit.
std::vector<selection::SampleStatistics> stored_statistics(const ResponseStore& store);

/// Those of the fresh draws; empty without an audit.
std::vector<selection::SampleStatistics> audited_statistics(const ResponseStore& store);

/// What racing parked and missed, under the filter of today. Nothing is parked without racing.
selection::MissRate miss_rate(const settings::SelectConfig& config, const ResponseStore& store,
                              const std::vector<selection::SampleStatistics>& statistics);

}  // namespace vrlt::selection_run
