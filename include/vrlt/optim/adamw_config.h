#pragma once

namespace vrlt::optim {

struct AdamWConfig {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;  ///< Decoupled; on every parameter.
};

}  // namespace vrlt::optim
