#include "vrlt/algorithm/token_log_probs.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::ScalarType wide_type(const at::Tensor& tensor) { return tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

at::Tensor scaled_logits(const at::Tensor& hidden, const at::Tensor& head, double temperature) {
  return at::linear(hidden, head).to(wide_type(hidden)) / temperature;
}

class ChunkedLogProbs : public torch::autograd::Function<ChunkedLogProbs> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& ids, double temperature,
                               int64_t chunk_size, bool entropy_gradient) {
    std::vector<at::Tensor> log_probs, normalizers, entropies;
    for (int64_t begin = 0; begin < hidden.size(0); begin += chunk_size) {
      const int64_t count = std::min(chunk_size, hidden.size(0) - begin);
      const auto logits = scaled_logits(hidden.narrow(0, begin, count), head, temperature);
      const auto normalizer = logits.logsumexp(-1);
      log_probs.push_back(logits.gather(1, ids.narrow(0, begin, count).unsqueeze(1)).squeeze(1) - normalizer);
      entropies.push_back(normalizer - ((logits - normalizer.unsqueeze(1)).exp_() * logits).sum(-1));
      normalizers.push_back(normalizer);
    }
    auto entropy = at::cat(entropies);
    context->save_for_backward({hidden, head, ids, at::cat(normalizers), entropy});
    context->saved_data["temperature"] = temperature;
    context->saved_data["chunk_size"] = chunk_size;
    context->saved_data["entropy_gradient"] = entropy_gradient;
    if (!entropy_gradient) context->mark_non_differentiable({entropy});
    return {at::cat(log_probs), entropy};
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &hidden = saved[0], &head = saved[1], &ids = saved[2], &normalizers = saved[3], &entropies = saved[4];
    const double temperature = context->saved_data["temperature"].toDouble();
    const int64_t chunk_size = context->saved_data["chunk_size"].toInt();
    const bool entropy_gradient = context->saved_data["entropy_gradient"].toBool();
    const auto &grad = grads[0], &entropy_grad = grads[1];
    auto grad_hidden = at::empty_like(hidden);
    const bool needs_head = context->needs_input_grad(1);
    auto grad_head = needs_head ? at::zeros(head.sizes(), head.options().dtype(wide_type(head))) : at::Tensor();
    for (int64_t begin = 0; begin < hidden.size(0); begin += chunk_size) {
      const int64_t count = std::min(chunk_size, hidden.size(0) - begin);
      const auto states = hidden.narrow(0, begin, count);
      const auto g = (grad.narrow(0, begin, count) / temperature).unsqueeze(1);
      auto d = scaled_logits(states, head, temperature) - normalizers.narrow(0, begin, count).unsqueeze(1);
      if (entropy_gradient) {  // of -sum p log p by a logit: -p (log p + entropy)
        const auto h = (entropy_grad.narrow(0, begin, count) / temperature).unsqueeze(1);
        d = d.exp() * (-g - h * (d + entropies.narrow(0, begin, count).unsqueeze(1)));
      } else {
        d.exp_().mul_(-g);
      }
      d.scatter_add_(1, ids.narrow(0, begin, count).unsqueeze(1), g);
      const auto narrow_d = d.to(head.scalar_type());
      grad_hidden.narrow(0, begin, count).copy_(at::matmul(narrow_d, head));
      if (needs_head) grad_head += at::matmul(narrow_d.t(), states).to(grad_head.scalar_type());
    }
    return {grad_hidden, needs_head ? grad_head.to(head.scalar_type()) : at::Tensor(), {}, {}, {}, {}};
  }
};

}  // namespace

TokenLogProbs token_log_probs(const at::Tensor& hidden, const at::Tensor& head_weight, const at::Tensor& ids, double temperature, int64_t chunk_size,
                              bool entropy_gradient) {
  VRLT_CHECK(hidden.dim() == 2 && ids.dim() == 1 && hidden.size(0) == ids.size(0), "hidden ", hidden.sizes(), ", ids ", ids.sizes());
  VRLT_CHECK(temperature > 0 && chunk_size > 0, "temperature ", temperature, ", chunk_size ", chunk_size);
  auto outputs = ChunkedLogProbs::apply(hidden, head_weight, ids, temperature, chunk_size, entropy_gradient);
  return {outputs[0], outputs[1]};
}

}  // namespace vrlt::algorithm
