#include "vrlt/model/layers/linear.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

namespace vrlt::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// Multiplications below which a product is done before oneDNN has found its kernel; transposing
/// both sides takes more.
constexpr int64_t kSmallProduct = 1 << 20, kSmallTransposed = 1 << 22;

bool has_avx512() {
#if defined(__x86_64__)
  static const bool found = __builtin_cpu_supports("avx512f");
  return found;
#else
  return false;
#endif
}

/// x W^T + bias by oneDNN, which has no other door for dense float32 tensors.
/// @param weight  may be a transposed view. @param bias  [0] for none: an autograd function takes
/// no undefined tensor.
at::Tensor onednn_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  using Signature = at::Tensor(
      const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
      c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("mkldnn::_linear_pointwise", "")
                             .typed<Signature>();
  return op.call(x, weight, bias.numel() > 0 ? std::optional(bias) : std::nullopt, "none",
                 c10::List<std::optional<at::Scalar>>(), "");
}

class OneDnnLinear : public torch::autograd::Function<OneDnnLinear> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias) {
    context->save_for_backward({x, weight});
    return onednn_linear(x, weight, bias);
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1];
    const auto grad = grads[0].contiguous();
    const auto if_needed = [&](size_t input, const auto& compute) {
      return context->needs_input_grad(input) ? compute() : at::Tensor();
    };
    return {if_needed(0, [&] { return onednn_linear(grad, weight.t(), grad.new_empty({0})); }),
            if_needed(1,
                      [&] {
                        return grad.numel() * x.size(1) < kSmallTransposed
                                   ? at::mm(grad.t(), x)
                                   : onednn_linear(grad.t(), x.t(), grad.new_empty({0}));
                      }),
            if_needed(2, [&] { return grad.sum(0); })};
  }
};

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const bool fits = x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 2 &&
                    x.numel() * weight.size(0) >= kSmallProduct && has_avx512();
  if (!fits) return at::linear(x, weight, bias);
  return OneDnnLinear::apply(
      x, weight, bias.defined() ? bias : at::empty({0}, x.options().requires_grad(false)));
}

std::vector<at::Tensor> Linear::all() const {
  std::vector tensors = {weight};
  if (bias.defined()) tensors.push_back(bias);
  if (adapter) tensors.insert(tensors.end(), {adapter->trained().a, adapter->trained().b});
  return tensors;
}

}  // namespace vrlt::model
