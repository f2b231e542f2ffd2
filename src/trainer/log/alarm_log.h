#pragma once

#include <string>
#include <vector>

#include "trainer/log/step_log.h"

namespace vrlt::trainer {

/// Something that a run should not go on with in silence.
struct TrainingAlarm {
  /// The same for all alarms that are about the same thing: "constant/format", "truncated".
  std::string kind;
  std::string text;  ///< For people.
};

/// One label in all truths of a task, which is then worth nothing to learn: "labels/mcq".
std::vector<TrainingAlarm> label_alarms(const std::vector<data::Sample>& samples);

/// Warnings, and alarms.jsonl of the run folder, which the report shows above everything else: the
/// last line of a kind counts. On rank 0.
class AlarmLog {
 public:
  /// A run that goes on cuts the file back to the last checkpoint.
  AlarmLog(const TrainingParts& parts, int64_t first_step);

  /// @param steps_done  the step that has just been made counts; 0: before the first.
  void tell(int64_t steps_done, const std::vector<TrainingAlarm>& alarms);
  void sync() { file_.sync(); }

 private:
  bool is_first_;
  StepLog file_;
};

}  // namespace vrlt::trainer
