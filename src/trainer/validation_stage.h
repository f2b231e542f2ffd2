#pragma once

#include <optional>
#include <string>

#include "trainer/log/alarm_log.h"
#include "trainer/training_run.h"
#include "trainer/validation_state.h"
#include "vrlt/evaluation/headline.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

/// When a run validates, and what follows: lines of metrics.jsonl and validations.jsonl, the best
/// checkpoint, the early end, alarms. Without TrainingParts::validate it does nothing. All ranks
/// make the same calls; what they decide depends on scores alone, which are the same on all.
class ValidationStage {
 public:
  /// Both outlive the object.
  ValidationStage(const TrainingParts& parts, TrainingRun& run, AlarmLog& alarms);

  /// That a trainer's state can be gone on from. @throws DataError.
  static void check(const io::Json& trainer_state) { validation_state(trainer_state); }

  /// What is due before the first step of this start: a validation of the model as it is, or the
  /// one that a stop had cut off. @throws StopRequested.
  void begin();

  /// Behind a step, whose metrics are written: validates if that is due.
  /// @param reward  what the step's metrics call "reward/total"; on rank 0, none in SFT.
  void look_at(int64_t step, std::optional<double> reward);

  /// What the run has to do at the end of the step that was looked at.
  StepEnd step_end() const {
    return {.save = is_new_best_ && keeps_best(), .is_last = ended(), .lacks = state_.pending};
  }

  /// Whether the run is over before its last step.
  bool ended() const;

  /// Makes the lines of validations.jsonl durable.
  void sync() {
    if (log_) log_->sync();
  }

  /// Tells which validation was best.
  void summarize() const;

 private:
  bool is_on() const { return static_cast<bool>(parts_.validate); }
  bool keeps_best() const { return parts_.config.validation.keep_best; }
  /// @return false if a stop was asked for meanwhile: nothing is known then.
  bool validate(int64_t steps_done);
  void take(int64_t steps_done, const Validated& validated, metrics::MetricSet metrics);
  void move_anchor(const ValidationState::Kept& now, const Validated& validated);
  void compare_with_blind(int64_t steps_done, const Validated& validated,
                          metrics::MetricSet& metrics);
  void compare_reward(const ValidationState::Kept& now, const evaluation::PairedGain& gain);
  void tell(int64_t steps_done, const char* kind, const std::string& text);
  void store();

  const TrainingParts& parts_;
  TrainingRun& run_;
  AlarmLog& alarms_;
  ValidationState state_;
  std::optional<StepLog> log_;  ///< Of a run that validates.
  bool is_new_best_ = false;  ///< The validation of the step that was looked at.
};

}  // namespace vrlt::trainer
