#pragma once

#include <optional>

#include "trainer/step/scored_group.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/metrics/metric.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

/// A file beside metrics.jsonl with lines of each step; without effect on other ranks than 0. A run
/// that goes on cuts it back to the last checkpoint.
class StepLog {
 public:
  /// @param has_every_step  a run that goes on warns if the lines of its steps are gone.
  StepLog(const TrainingParts& parts, const char* name, int64_t first_step,
          bool has_every_step = true);
  void append(const io::Json& line);
  void sync();

 private:
  std::optional<io::JsonlAppender> file_;
};

/// The records of the first `logged_rollouts` prompts of the step, wherever they were rolled out,
/// in the order of the step; on rank 0.
std::vector<io::Json> gather_records(const TrainingParts& parts,
                                     const std::vector<ScoredGroup>& groups,
                                     const std::vector<rewards::RewardTerm>& terms,
                                     const ByResponse<double>& advantages, int64_t step);

/// One optimizer step of several in a step: its number and metrics.
io::Json update_line(int64_t step, int64_t number, const metrics::MetricSet& metrics);

}  // namespace vrlt::trainer
