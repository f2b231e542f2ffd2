#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "vrlt/optim/adamw_config.h"

namespace vrlt::optim {

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

}  // namespace vrlt::optim
