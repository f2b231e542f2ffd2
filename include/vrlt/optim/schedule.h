#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::optim {

struct ScheduleConfig {
  double lr = 1e-6;  ///< At the peak.
  std::string schedule = "constant";
  int64_t warmup_steps = 0;
};

/// Factor on the learning rate at `step` (0-based) of `num_steps`: linear warm-up, then constant,
/// linear or cosine decay to 0.
double lr_factor(const ScheduleConfig& config, int64_t step, int64_t num_steps);

std::vector<std::string> lr_schedule_names();

/// The learning rates of a run.
class Schedule {
 public:
  /// @param num_updates  of the whole run.
  Schedule(const ScheduleConfig& config, int64_t num_updates)
      : config_(config), num_updates_(num_updates) {}

  /// @param updates_done  before this one.
  double lr(int64_t updates_done) const {
    return config_.lr * lr_factor(config_, updates_done, num_updates_);
  }

 private:
  ScheduleConfig config_;
  int64_t num_updates_;
};

}  // namespace vrlt::optim
