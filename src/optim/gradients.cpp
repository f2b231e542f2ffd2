#include "vrlt/optim/gradients.h"

#include <cmath>

namespace vrlt::optim {

double clip_gradients(const NamedTensors& parameters, double max_norm) {
  double squares = 0.0;
  for (const auto& [name, parameter] : parameters)
    if (parameter.grad().defined())
      squares += parameter.grad().to(at::kDouble).square().sum().item<double>();
  const double norm = std::sqrt(squares);
  if (max_norm > 0 && norm > max_norm)
    for (const auto& [name, parameter] : parameters)
      if (parameter.grad().defined()) parameter.mutable_grad().mul_(max_norm / (norm + 1e-6));
  return norm;
}

void clear_gradients(const NamedTensors& parameters) {
  for (const auto& [name, parameter] : parameters) parameter.mutable_grad() = at::Tensor();
}

}  // namespace vrlt::optim
