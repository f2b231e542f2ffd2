#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vrlt/config/fields.h"
#include "vrlt/selection/filter_config.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// Few draws for every sample, more for those that they leave in doubt.
struct RacingConfig {
  /// K1 of every sample; 0: no racing, every sample draws the whole group at once.
  int64_t first_draws = 0;
  /// Share of the parked samples that draw the whole group all the same, to learn what parking
  /// misses.
  double redraw_parked = 0.05;
  /// Beyond the group, for samples that one standard error separates from the cut.
  int64_t near_cut_draws = 0;
};

void visit_fields(config::FieldVisitor& visitor, RacingConfig& config);

/// Whether the first draws say that more are not worth it: 0-or-1 rewards all the same; continuous
/// ones with a standard deviation below a third of filter.min_std and a mean outside the band of
/// filter.min_mean and max_mean. Source: docs/spec/selection.md#racing.
bool is_parked(const SampleStatistics& first, const FilterConfig& filter);

/// Whether a parked sample is drawn again: a function of its id and the seed.
bool is_redrawn(const SampleStatistics& parked, const RacingConfig& racing, uint64_t seed);

/// Samples whose decision might be another with other draws, as indices: those within one standard
/// error of the lowest score that is kept in their stratum (of filter.score posterior), and
/// continuous ones within one standard error of filter.min_std.
std::vector<size_t> near_cut(const std::vector<SampleStatistics>& statistics,
                             const FilterConfig& filter, uint64_t seed);

/// What parking missed, by the samples that were drawn again.
struct MissRate {
  /// missed: redrawn ones that pass the requirements of the filter with all their draws.
  int64_t parked = 0, redrawn = 0, missed = 0;
  double rate() const {
    return redrawn > 0 ? static_cast<double>(missed) / static_cast<double>(redrawn) : 0.0;
  }
};

}  // namespace vrlt::selection
