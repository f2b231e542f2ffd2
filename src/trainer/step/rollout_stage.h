#pragma once

#include "trainer/step/scored_group.h"
#include "trainer/step/step_flops.h"
#include "trainer/training_run.h"
#include "vrlt/rollout/asking.h"

namespace vrlt::trainer {

/// Prompts to scored groups: draws prompts, rolls out, scores; with dynamic sampling goes on until
/// enough groups carry a signal, and replays what the stream puts in place of groups that do not.
class RolloutStage {
 public:
  RolloutStage(const TrainingParts& parts, TrainingRun& run, PromptStream& prompts,
               const rewards::RewardFunction& reward);

  /// This rank's groups of a step, in the order of positions; all ranks together have
  /// prompts_per_step of them, or fewer where samples cannot be read or dynamic sampling gave up.
  /// Adds metrics of this rank about time and work, about the control where a reward compares with
  /// one, and about the cost of dynamic sampling.
  /// @return  nothing if a stop was asked for on any rank meanwhile. @throws DataError when dynamic
  /// sampling gives up and is told to stop then.
  std::optional<std::vector<ScoredGroup>> collect(int64_t step, metrics::MetricSet& metrics);

 private:
  struct Cost {
    int64_t batches = 0, prompts = 0;
    double load_seconds = 0, rollout_seconds = 0;
  };

  rollout::GenerationConfig generation(int64_t group_size) const;
  std::vector<ScoredGroup> roll_out(const std::vector<LoadedSample>& samples);
  std::vector<rollout::RolloutGroup> roll_out_control(const std::vector<LoadedSample>& samples);
  std::vector<ScoredGroup> roll_out_and_score(const std::vector<DrawnPrompt>& prompts,
                                              const std::vector<DrawnPrompt>& coming, Cost& cost,
                                              metrics::MetricSet& metrics);
  void score(std::vector<ScoredGroup>& groups, const std::vector<rollout::RolloutGroup>& controls,
             metrics::MetricSet& metrics);
  std::vector<DrawnPrompt> coming(int64_t step) const;
  std::vector<GroupAccuracy> accuracies(const std::vector<ScoredGroup>& own) const;
  std::vector<GroupAccuracy> measure(const std::vector<DrawnPrompt>& prompts);
  void replay(std::vector<ScoredGroup>& groups, Cost& cost, metrics::MetricSet& metrics);
  bool has_signal(const ScoredGroup& scored) const;
  void give_up(int64_t step, const Cost& cost, int64_t missing, std::vector<ScoredGroup>& kept,
               std::vector<ScoredGroup>& rejected);
  void record_cost(const Cost& cost, const std::vector<ScoredGroup>& kept,
                   const std::vector<ScoredGroup>& rejected, metrics::MetricSet& metrics);

  const TrainingParts& parts_;
  TrainingRun& run_;
  PromptStream& prompts_;
  const rewards::RewardFunction& reward_;
  StepFlops flops_;
  rollout::Asking asking_;
  bool by_layers_;
};

}  // namespace vrlt::trainer
