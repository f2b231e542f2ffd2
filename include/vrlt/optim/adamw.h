#pragma once

#include <string>
#include <vector>

#include "vrlt/optim/adamw_config.h"
#include "vrlt/optim/optimizer.h"

namespace vrlt::optim {

/// AdamW by LibTorch's fused kernel. A bfloat16 parameter has a float32 master copy that is what is
/// updated; a float64 one stays float64. Its state is exp_avg, exp_avg_sq, step and, of a bfloat16
/// parameter, master.
class AdamW : public Optimizer {
 public:
  AdamW(NamedTensors parameters, const AdamWConfig& config);

  void step(double lr) override;
  NamedTensors state() const override;

 private:
  struct Slot {
    std::string name;
    at::Tensor parameter, master, exp_avg, exp_avg_sq, steps;
    bool has_own_master() const { return master.scalar_type() != parameter.scalar_type(); }
  };

  AdamWConfig config_;
  std::vector<Slot> slots_;
};

}  // namespace vrlt::optim
