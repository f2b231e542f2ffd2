#pragma once

#include <map>
#include <string>
#include <vector>

#include "trainer/log/alarm_log.h"
#include "trainer/step/scored_group.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::trainer {

/// Watches a run for what cannot teach: a reward that is the same in all responses of 20 steps,
/// steps of which most answers end at the length limit, one label in all answers. Each kind is told
/// once, when it is first seen, and how often it was at the end of the run. The same on every rank.
class TrainingWatch {
 public:
  static constexpr int64_t kConstantSteps = 20;  ///< In a row, of those that a reward applied in.
  /// Prompts in a row whose answers all have the same label.
  static constexpr int64_t kSameAnswers = 12;

  /// @param state  as the last checkpoint has it, or null.  @throws CheckpointError if it is not
  /// one of this watch.
  TrainingWatch(const settings::RolloutSection& rollout, const io::Json& state);

  /// @param rows  of all ranks, whole groups.  @return what is seen for the first time.
  std::vector<TrainingAlarm> look_at(int64_t step, const std::vector<ResponseRow>& rows,
                                     const std::vector<rewards::RewardTerm>& terms);

  /// What was seen in more than one step, with the number of steps.
  std::vector<TrainingAlarm> summary(int64_t steps_done) const;

  io::Json state() const;

 private:
  struct Constant {
    double value = 0.0;
    int64_t steps = 0;  ///< In a row.
  };

  void look_at_rewards(const std::vector<ResponseRow>& rows,
                       const std::vector<rewards::RewardTerm>& terms);
  void look_at_lengths(const std::vector<ResponseRow>& rows);
  void look_at_answers(const std::vector<ResponseRow>& rows);
  void see(const std::string& kind, const std::string& text);

  int64_t max_new_tokens_, group_size_;
  std::map<std::string, Constant> constants_;  ///< By reward.
  std::string last_label_;
  int64_t same_answers_ = 0;
  bool truths_differ_ = false;  ///< Of the prompts of same_answers_.
  std::string last_truth_;
  std::map<std::string, int64_t> steps_seen_;  ///< By kind.
  std::vector<TrainingAlarm> fresh_;           ///< Of the step that is looked at.
};

}  // namespace vrlt::trainer
