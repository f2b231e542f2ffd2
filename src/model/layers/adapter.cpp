#include "vrlt/model/layers/adapter.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include "vrlt/core/error.h"
#include "vrlt/model/layers/linear.h"

namespace vrlt::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// x W^T in float32 of tensors in a narrower type.
at::Tensor wide_product(const at::Tensor& x, const at::Tensor& weight) {
  return x.is_cpu() ? at::mm(x.to(at::kFloat), weight.to(at::kFloat).t())
                    : at::mm(x, weight.t(), at::kFloat);
}

/// x W^T + bias + scale low B^T, rounded once. @param low  [N, rank]; undefined: only the first
/// two. Records no gradients.
at::Tensor sum_of_products(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                           const at::Tensor& low, const at::Tensor& b, double scale) {
  const auto type = x.scalar_type();
  if (type == at::kFloat || type == at::kDouble) {
    auto y = linear(x, weight, bias);
    return low.defined() ? y.addmm_(low, b.t(), /*beta=*/1, scale) : y;
  }
  auto y = wide_product(x, weight);
  if (bias.defined()) y.add_(bias);
  if (low.defined()) y.add_(wide_product(low, b), scale);
  return y.to(type);
}

class AdaptedLinear : public torch::autograd::Function<AdaptedLinear> {
 public:
  /// @param bias  [0] for none: an autograd function takes no undefined tensor.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& a, const at::Tensor& b,
                            double scale) {
    const auto low = model::linear(x, a);
    context->save_for_backward({x, weight, a, b, low});
    context->saved_data["scale"] = scale;
    return sum_of_products(x, weight, bias.numel() > 0 ? bias : at::Tensor(), low, b, scale);
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &a = saved[2], &b = saved[3], &low = saved[4];
    const double scale = context->saved_data["scale"].toDouble();
    const auto grad = grads[0].contiguous();
    const auto grad_low = at::mm(grad, b).mul_(scale);
    const auto grad_x = context->needs_input_grad(0)
                            ? sum_of_products(grad, weight.t(), {}, grad_low, a.t(), 1.0)
                            : at::Tensor();
    return {grad_x, {}, {}, at::mm(grad_low.t(), x), at::mm(grad.t(), low).mul_(scale), {}};
  }
};

}  // namespace

const LowRankPair* Adapter::acting() const {
  switch (pairs->acting) {
    case Acting::kTrained:
      return &pairs->trained[place];
    case Acting::kReference:
      return pairs->reference.empty() ? nullptr : &pairs->reference[place];
    case Acting::kNone:
      break;
  }
  return nullptr;
}

at::Tensor adapted_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                          const Adapter& adapter) {
  const auto* pair = adapter.acting();
  const double scale = adapter.pairs->scale;
  if (!at::GradMode::is_enabled())
    return pair == nullptr
               ? sum_of_products(x, weight, bias, {}, {}, 0.0)
               : sum_of_products(x, weight, bias, model::linear(x, pair->a), pair->b, scale);
  VRLT_CHECK(!weight.requires_grad() && !(bias.defined() && bias.requires_grad()),
             "a matrix beside an adapter is frozen");
  VRLT_CHECK(pair != nullptr, "a model records no gradients without its adapter");
  return AdaptedLinear::apply(x, weight, bias.defined() ? bias : at::empty({0}, x.options()),
                              pair->a, pair->b, scale);
}

}  // namespace vrlt::model
