#pragma once

#include <cstdint>
#include <string>

#include "vrlt/optim/adamw_config.h"
#include "vrlt/optim/schedule.h"

namespace vrlt::optim {

/// All of an update, each part with its own: an optimizer takes its base alone.
struct OptimConfig : ScheduleConfig, AdamWConfig {
  std::string optimizer = "adamw";  ///< See optimizer_table.h.
  double max_grad_norm = 1.0;       ///< Of all gradients together; 0: no clipping.
  /// In a row, for gradients that are not finite, before training ends.
  int64_t max_skipped_updates = 5;
};

}  // namespace vrlt::optim
