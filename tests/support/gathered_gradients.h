#pragma once

#include <ATen/ATen.h>

#include "vrlt/optim/parameter_slices.h"

namespace vrlt::test {

/// The gradients of all slices of all ranks as one vector in float64, in the order of parameters;
/// zeros where there is none. All ranks call it.
inline at::Tensor gathered_gradients(const optim::ParameterSlices& slices) {
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> whole;
  for (const auto& [name, parameter] : slices.parameters())
    whole.push_back(at::zeros({parameter.numel()}, at::kDouble));
  for (size_t i = 0; i < slices.own().size(); ++i) {
    const auto& slice = slices.slices()[i];
    const auto& gradient = slices.own()[i].second.grad();
    if (gradient.defined())
      whole[slice.parameter].narrow(0, slice.begin, slice.count).copy_(gradient.reshape({-1}));
  }
  auto all = at::cat(whole);
  slices.group().all_reduce_sum(all);
  return all;
}

}  // namespace vrlt::test
