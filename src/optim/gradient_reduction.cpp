#include "vrlt/optim/gradient_reduction.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>

namespace vrlt::optim {
namespace {

/// Few large messages instead of one per parameter.
constexpr int64_t kBucketElements = 16 << 20;

void reduce_bucket(std::vector<at::Tensor>& grads, distributed::ProcessGroup& group) {
  if (grads.empty()) return;
  std::vector<at::Tensor> parts;
  for (const auto& grad : grads) parts.push_back(grad.to(wide_type(grads.front())).flatten());
  auto flat = at::cat(parts);
  group.all_reduce_sum(flat);
  int64_t offset = 0;
  for (auto& grad : grads) {
    grad.copy_(flat.narrow(0, offset, grad.numel()).view_as(grad));
    offset += grad.numel();
  }
  grads.clear();
}

}  // namespace

void all_reduce_gradients(const NamedTensors& parameters, distributed::ProcessGroup& group) {
  if (group.world_size() == 1) return;
  const at::NoGradGuard no_grad;
  std::vector<double> holders;
  for (const auto& [name, parameter] : parameters) holders.push_back(parameter.grad().defined());
  holders = group.all_reduce_sum(holders);
  std::vector<at::Tensor> bucket;
  int64_t elements = 0;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const auto& parameter = parameters[i].second;
    if (holders[i] == 0) continue;
    if (!parameter.grad().defined()) parameter.mutable_grad() = at::zeros_like(parameter);
    bucket.push_back(parameter.grad());
    elements += parameter.numel();
    if (elements < kBucketElements) continue;
    reduce_bucket(bucket, group);
    elements = 0;
  }
  reduce_bucket(bucket, group);
}

}  // namespace vrlt::optim
