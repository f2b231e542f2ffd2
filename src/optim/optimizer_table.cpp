#include "vrlt/optim/optimizer_table.h"

#include "vrlt/core/named_table.h"
#include "vrlt/optim/optimizer.h"

namespace vrlt::optim {

std::unique_ptr<Optimizer> make_optimizer(const Parameters& parameters, const OptimConfig& config) {
  return find_row(kOptimizers, config.optimizer, "optimizer").make(parameters, config);
}

}  // namespace vrlt::optim
