#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
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

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// AdamW by LibTorch's fused kernel. A bfloat16 parameter has a float32 master copy that is what is updated; a float64 one stays float64.
class AdamW {
 public:
  /// @param parameters  updated in place; they keep requires_grad.
  AdamW(NamedTensors parameters, const AdamWConfig& config);

  /// One update with the gradients that are there, which are then cleared; parameters without a gradient stay.
  void step(double lr);

  /// Forgets the gradients: an update that is left out changes nothing.
  void clear_gradients();

  /// The norm of all gradients before they are scaled down to `max_norm` (0: not scaled); in float64.
  double clip_gradients(double max_norm);

  /// exp_avg, exp_avg_sq, step and master of every parameter, under "<kind>.<name>".
  NamedTensors state() const;
  /// @throws CheckpointError if a tensor is missing or has another shape.
  void load_state(const NamedTensors& state);

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter, master, exp_avg, exp_avg_sq, steps;
    bool has_own_master() const { return master.scalar_type() != parameter.scalar_type(); }
  };

  AdamWConfig config_;
  std::vector<Slot> slots_;
};

/// float64 for float64, else float32: what sums of gradients and states are in.
at::ScalarType wide_type(const at::Tensor& parameter);

/// Factor on the learning rate at `step` (0-based) of `num_steps`: linear warm-up, then constant, linear or cosine decay to 0.
double lr_factor(const AdamWConfig& config, int64_t step, int64_t num_steps);

std::vector<std::string> lr_schedule_names();

}  // namespace vrlt::optim
