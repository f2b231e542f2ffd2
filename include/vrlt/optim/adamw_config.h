#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vrlt::optim {

struct AdamWConfig {
  double lr = 1e-6;
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;  ///< Decoupled; on every parameter.
  double max_grad_norm = 1.0;  ///< Of all gradients together; 0: no clipping.
  std::string schedule = "constant";
  int64_t warmup_steps = 0;
  int64_t max_skipped_updates = 5;  ///< In a row, for gradients that are not finite, before training ends.
};

/// Factor on the learning rate at `step` (0-based) of `num_steps`: linear warm-up, then constant, linear or cosine decay to 0.
double lr_factor(const AdamWConfig& config, int64_t step, int64_t num_steps);

std::vector<std::string> lr_schedule_names();

}  // namespace vrlt::optim
