#include "vrlt/optim/optimizer.h"

#include <ATen/core/grad_mode.h>

#include <map>

#include "vrlt/core/error.h"

namespace vrlt::optim {

void Optimizer::load_state(const NamedTensors& stored) {
  const at::NoGradGuard no_grad;
  const std::map<std::string, at::Tensor> by_name(stored.begin(), stored.end());
  for (const auto& [name, tensor] : state()) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || found->second.sizes() != tensor.sizes())
      throw CheckpointError("optimizer state lacks \"" + name + "\" of the right shape");
    tensor.copy_(found->second);
  }
}

int64_t Optimizer::bytes() const {
  size_t bytes = 0;
  for (const auto& [name, tensor] : state())
    if (tensor.dim() > 0) bytes += tensor.nbytes();
  return static_cast<int64_t>(bytes);
}

}  // namespace vrlt::optim
