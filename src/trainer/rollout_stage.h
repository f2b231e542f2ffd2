#pragma once

#include "trainer/scored_group.h"
#include "trainer/step_flops.h"
#include "trainer/training_run.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt::trainer {

/// Prompts to scored groups: draws samples, rolls out, scores, and with dynamic sampling goes on until enough groups carry a signal.
class RolloutStage {
 public:
  RolloutStage(const TrainingParts& parts, TrainingRun& run, const rewards::RewardFunction& reward);

  /// This rank's groups of a step, in the order of positions; all ranks together have prompts_per_step of them, or fewer where samples
  /// cannot be read or dynamic sampling gave up. Adds metrics of this rank about time and work, about the control where a reward compares with one,
  /// and about the cost of dynamic sampling.
  /// @param next_position  where the samples of the step begin; moved behind those that were drawn.
  /// @throws DataError when dynamic sampling gives up and is told to stop then.
  std::vector<ScoredGroup> collect(int64_t step, int64_t& next_position, metrics::MetricSet& metrics);

 private:
  struct Cost {
    int64_t batches = 0, prompts = 0;
    double load_seconds = 0, rollout_seconds = 0;
  };

  std::vector<rollout::RolloutGroup> generate(const std::vector<rollout::Prompt>& prompts, int64_t group_size);
  std::vector<ScoredGroup> roll_out(const std::vector<LoadedSample>& samples);
  std::vector<rollout::RolloutGroup> roll_out_control(const std::vector<LoadedSample>& samples);
  std::vector<ScoredGroup> roll_out_and_score(int64_t first_position, int64_t count, Cost& cost, metrics::MetricSet& metrics);
  bool has_signal(const ScoredGroup& scored) const;
  void give_up(int64_t step, const Cost& cost, int64_t missing, std::vector<ScoredGroup>& kept, std::vector<ScoredGroup>& rejected);
  void record_cost(const Cost& cost, const std::vector<ScoredGroup>& kept, const std::vector<ScoredGroup>& rejected, metrics::MetricSet& metrics);

  const TrainingParts& parts_;
  TrainingRun& run_;
  const rewards::RewardFunction& reward_;
  StepFlops flops_;
  rollout::RolloutEngine engine_;
};

}  // namespace vrlt::trainer
