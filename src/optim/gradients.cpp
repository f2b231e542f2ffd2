#include "vrlt/optim/gradients.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace vrlt::optim {
namespace {

/// What is copied to float64 at once: 32 MB.
constexpr int64_t kChunk = int64_t{1} << 22;

std::vector<at::Tensor> gradients_of(const NamedTensors& parameters) {
  std::vector<at::Tensor> gradients;
  for (const auto& [name, parameter] : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  return gradients;
}

/// The sum of squares, in float64 on the device of the gradients, which is not waited for but once.
double sum_of_squares(const NamedTensors& parameters) {
  const at::NoGradGuard no_grad;
  const auto gradients = gradients_of(parameters);
  if (!gradients.empty() && !gradients.front().is_cpu())  // all of them in a few kernels
    return at::stack(at::_foreach_norm(gradients, 2, at::kDouble)).square().sum().item<double>();
  at::Tensor sum;
  for (const auto& gradient : gradients) {
    const auto flat = gradient.reshape({-1});
    if (!sum.defined()) sum = at::zeros({}, flat.options().dtype(at::kDouble));
    for (int64_t begin = 0; begin < flat.numel(); begin += kChunk)
      sum.add_(flat.narrow(0, begin, std::min(kChunk, flat.numel() - begin))
                   .to(at::kDouble)
                   .square()
                   .sum());
  }
  return sum.defined() ? sum.item<double>() : 0.0;
}

}  // namespace

double clip_gradients(const NamedTensors& parameters, double max_norm,
                      distributed::ProcessGroup& group) {
  const double norm =
      std::sqrt(group.all_reduce_sum(std::vector<double>{sum_of_squares(parameters)}).front());
  if (max_norm > 0 && norm > max_norm)
    if (const auto gradients = gradients_of(parameters); !gradients.empty())
      at::_foreach_mul_(gradients, max_norm / (norm + 1e-6));
  return norm;
}

void clear_gradients(const NamedTensors& parameters) {
  for (const auto& [name, parameter] : parameters) parameter.mutable_grad() = at::Tensor();
}

}  // namespace vrlt::optim
