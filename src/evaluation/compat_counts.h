#pragma once

#include <map>
#include <string>
#include <vector>

#include "evaluation/groups.h"
#include "evaluation/metric_table.h"
#include "vrlt/evaluation/results.h"

namespace vrlt::evaluation {

/// What one official script counts.
struct CompatCounts {
  const CompatProfile* profile;
  MetricTable table;
  std::map<std::string, int64_t> reasons;  ///< Why answers could not be read.
  int64_t responses = 0, empty_right = 0, superseded = 0;
};

/// @param answers  of each sample; null where there is none.
CompatCounts count_as_official(const CompatProfile& profile,
                               const std::vector<const data::Sample*>& samples,
                               const std::vector<const Answer*>& answers, const Groups& groups,
                               const Scoring& scoring);

/// @param over_videos  the table's means over videos.
io::Json to_json(const CompatCounts& counts, const std::string& macro_over,
                 const MetricTable& over_videos);

/// The means over the groups of `key`; over videos if that is the key.
io::Json macro_json(const MetricTable& table, const MetricTable& over_videos,
                    const std::string& key);

}  // namespace vrlt::evaluation
