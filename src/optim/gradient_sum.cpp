#include "vrlt/optim/gradient_sum.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/zeros_like.h>

#include "optim/wide_type.h"

namespace vrlt::optim {
namespace {

/// Few large messages instead of one per parameter, each of one type.
constexpr int64_t kBucketElements = 16 << 20;

at::ScalarType sum_type(const at::Tensor& parameter) {
  return c10::isReducedFloatingType(parameter.scalar_type()) ? at::kFloat : at::kDouble;
}

void reduce_bucket(std::vector<at::Tensor>& sums, distributed::ProcessGroup& group) {
  if (sums.empty()) return;
  std::vector<at::Tensor> parts;
  for (const auto& sum : sums) parts.push_back(sum.flatten());
  auto flat = at::cat(parts);
  group.all_reduce_sum(flat);
  int64_t offset = 0;
  for (auto& sum : sums) {
    sum.copy_(flat.narrow(0, offset, sum.numel()).view_as(sum));
    offset += sum.numel();
  }
  sums.clear();
}

}  // namespace

GradientSum::GradientSum(NamedTensors parameters)
    : parameters_(std::move(parameters)), sums_(parameters_.size()) {}

void GradientSum::take() {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < sums_.size(); ++i) {
    auto& grad = parameters_[i].second.mutable_grad();
    if (!grad.defined()) continue;
    if (sums_[i].defined())
      sums_[i].add_(grad);
    else
      sums_[i] = grad.to(sum_type(parameters_[i].second));
    grad = at::Tensor();
  }
}

void GradientSum::finish(distributed::ProcessGroup& group) {
  const at::NoGradGuard no_grad;
  if (group.world_size() > 1) {
    std::vector<double> holders;
    for (const auto& sum : sums_) holders.push_back(sum.defined());
    holders = group.all_reduce_sum(holders);
    std::vector<at::Tensor> bucket;
    int64_t elements = 0;
    for (size_t i = 0; i < sums_.size(); ++i) {
      if (holders[i] == 0) continue;
      const auto& parameter = parameters_[i].second;
      if (!sums_[i].defined()) sums_[i] = at::zeros_like(parameter, sum_type(parameter));
      if (elements >= kBucketElements ||
          (!bucket.empty() && bucket.front().scalar_type() != sums_[i].scalar_type())) {
        reduce_bucket(bucket, group);
        elements = 0;
      }
      bucket.push_back(sums_[i]);
      elements += parameter.numel();
    }
    reduce_bucket(bucket, group);
  }
  for (size_t i = 0; i < sums_.size(); ++i) {
    if (!sums_[i].defined()) continue;
    const auto& parameter = parameters_[i].second;
    parameter.mutable_grad() = sums_[i].to(wide_type(parameter));
    sums_[i] = at::Tensor();
  }
}

int64_t GradientSum::bytes() const {
  size_t bytes = 0;
  for (const auto& [name, parameter] : parameters_)
    bytes += parameter.nbytes() + parameter.numel() * c10::elementSize(sum_type(parameter));
  return static_cast<int64_t>(bytes);
}

}  // namespace vrlt::optim
