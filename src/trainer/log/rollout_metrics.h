#pragma once

#include "trainer/step/scored_group.h"
#include "vrlt/metrics/metric.h"

namespace vrlt::trainer {

/// How long the responses of a step are, and their advantages. What they earn:
/// rewards/reward_metrics.h.
/// @param rows  of all ranks; @param advantages  of all of them.
void record_rollout_metrics(const std::vector<ResponseRow>& rows,
                            const ByResponse<double>& advantages, metrics::MetricSet& metrics);

/// What the divergence from the reference takes from the rewards.
void record_penalties(const std::vector<ResponseRow>& rows, double kl_reward_coef,
                      metrics::MetricSet& metrics);

/// Says which groups teach nothing, with advice, when they are the greater part of a step; not at
/// every step.
class SignalWatch {
 public:
  /// Logs at most one line.
  void look_at(int64_t step, const std::vector<ResponseRow>& rows, int64_t group_size,
               bool dynamic_sampling);

 private:
  int64_t quiet_until_ = 0;
};

/// The line of SignalWatch, or empty when groups without signal are no more than half.
std::string signal_warning(int64_t step, const std::vector<ResponseRow>& rows, int64_t group_size,
                           bool dynamic_sampling);

}  // namespace vrlt::trainer
