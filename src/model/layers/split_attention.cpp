#include "model/layers/split_attention.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_scaled_dot_product_flash_attention.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/logaddexp.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include <algorithm>
#include <functional>
#include <tuple>

namespace vrlt::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Spans final : torch::CustomClassHolder {
  explicit Spans(std::vector<GroupSpan> given) : spans(std::move(given)) {}
  std::vector<GroupSpan> spans;
};

/// Rows `begin` to `begin + count * length` of [T, H, ...], cut into `count` segments: [count, H,
/// length, ...] without a copy.
struct Rows {
  int64_t begin, length, count = 1;
  at::Tensor operator()(const at::Tensor& x) const {
    auto shape = x.sizes().vec();
    shape[0] = count;
    shape.insert(shape.begin() + 1, length);
    return x.narrow(0, begin, count * length).view(shape).transpose(1, 2);
  }
};

/// One product of attention: these queries meet those keys.
struct Part {
  Rows queries, keys;
  bool causal;
};

Part prompt_part(const GroupSpan& span) {
  const Rows prompt{span.begin, span.prompt_length};
  return {prompt, prompt, true};
}

Part prefix_part(const GroupSpan& span) {
  return {{span.begin + span.prompt_length, span.num_response_tokens()},
          {span.begin, span.prompt_length},
          false};
}

/// Each response to itself; neighbours of one length are one batch.
std::vector<Part> own_parts(const GroupSpan& span) {
  std::vector<Part> parts;
  int64_t begin = span.begin + span.prompt_length;
  for (const int64_t length : span.response_lengths) {
    if (length == 0) continue;
    if (!parts.empty() && parts.back().queries.length == length) {
      ++parts.back().queries.count;
      ++parts.back().keys.count;
    } else {
      const Rows rows{begin, length};
      parts.push_back({rows, rows, true});
    }
    begin += length;
  }
  return parts;
}

/// [T, K, Dh] -> [T, H, Dh]: the kernel wants a key head for every query head.
at::Tensor repeated(const at::Tensor& x, int64_t num_heads) {
  const int64_t repeats = num_heads / x.size(1);
  if (repeats == 1) return x.contiguous();
  return x.unsqueeze(2)
      .expand({x.size(0), x.size(1), repeats, x.size(2)})
      .reshape({x.size(0), num_heads, x.size(2)});
}

/// Its transpose: the gradients of a head's copies are added up.
at::Tensor summed(const at::Tensor& x, int64_t num_kv_heads) {
  if (x.size(1) == num_kv_heads) return x;
  return x.view({x.size(0), num_kv_heads, -1, x.size(2)}).sum(2);
}

/// Output and log-sum-exp of some rows of queries; the state of a generator that nothing draws
/// from.
struct Attended {
  at::Tensor out, lse;
  at::Tensor seed = {}, offset = {};
};

// The flash kernels: [B, H, L, Dh], log-sum-exps [B, H, L]. Those of CUDA take 16 bit numbers only.

Attended flash_forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal) {
  if (q.is_cpu()) {
    auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal);
    return {std::move(out), std::move(lse)};
  }
  const auto results = at::_scaled_dot_product_flash_attention(q, k, v, 0.0, causal);
  return {std::get<0>(results), std::get<1>(results), std::get<6>(results), std::get<7>(results)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> flash_backward(
    const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
    const Attended& attended, bool causal) {
  if (q.is_cpu())
    return at::_scaled_dot_product_flash_attention_for_cpu_backward(grad, q, k, v, attended.out,
                                                                    attended.lse, 0.0, causal);
  return at::_scaled_dot_product_flash_attention_backward(
      grad, q, k, v, attended.out, attended.lse.contiguous(), /*cum_seq_q=*/{}, /*cum_seq_k=*/{},
      q.size(2), k.size(2), 0.0, causal, attended.seed, attended.offset);
}

class SplitAttention : public torch::autograd::Function<SplitAttention> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& queries,
                            const at::Tensor& keys, const at::Tensor& values,
                            const std::vector<GroupSpan>& spans) {
    const auto q = queries.contiguous(), k = repeated(keys, queries.size(1)),
               v = repeated(values, queries.size(1));
    auto out = at::empty_like(q);
    auto lse =
        at::empty({q.size(0), q.size(1)},
                  q.options().dtype(q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat));
    at::Tensor seed, offset;
    const auto attend = [&](const Part& part) {
      auto attended = flash_forward(part.queries(q), part.keys(k), part.keys(v), part.causal);
      seed = attended.seed;
      offset = attended.offset;
      return attended;
    };
    const auto write = [&](const Rows& rows, const Attended& attended) {
      rows(out).copy_(attended.out);
      rows(lse).copy_(attended.lse);
    };
    for (const auto& span : spans) {
      write(prompt_part(span).queries, attend(prompt_part(span)));
      if (span.num_response_tokens() == 0) continue;
      for (const auto& part : own_parts(span)) write(part.queries, attend(part));
      const auto prefix = prefix_part(span);
      merge(attend(prefix), prefix.queries(out), prefix.queries(lse));
    }
    context->save_for_backward({queries, keys, values, out, lse, seed, offset});
    context->saved_data["spans"] = c10::IValue::make_capsule(c10::make_intrusive<Spans>(spans));
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &keys = saved[1], &values = saved[2], &out = saved[3], &lse = saved[4];
    const auto q = saved[0].contiguous(), k = repeated(keys, q.size(1)),
               v = repeated(values, q.size(1)), grad = grads[0].contiguous();
    auto grad_q = at::zeros_like(q), grad_k = at::zeros_like(k), grad_v = at::zeros_like(v);
    const auto add = [&](const Part& part) {
      const auto [dq, dk, dv] =
          flash_backward(part.queries(grad), part.queries(q), part.keys(k), part.keys(v),
                         {part.queries(out), part.queries(lse), saved[5], saved[6]}, part.causal);
      part.queries(grad_q).add_(dq);
      part.keys(grad_k).add_(dk);
      part.keys(grad_v).add_(dv);
    };
    for (const auto& span :
         static_cast<const Spans&>(*context->saved_data["spans"].toCapsule()).spans) {
      add(prompt_part(span));
      if (span.num_response_tokens() == 0) continue;
      add(prefix_part(span));
      for (const auto& part : own_parts(span)) add(part);
    }
    return {grad_q, summed(grad_k, keys.size(1)), summed(grad_v, keys.size(1)), {}};
  }

 private:
  /// Adds keys that the same queries have not met yet. @param out, lse  changed in place.
  static void merge(const Attended& more, at::Tensor out, at::Tensor lse) {
    const auto total = at::logaddexp(lse, more.lse);
    const auto keep = (lse - total).exp_().unsqueeze(-1),
               add = (more.lse - total).exp_().unsqueeze(-1);
    out.copy_(out * keep + more.out * add);
    lse.copy_(total);
  }
};

}  // namespace

at::Tensor split_group_attention(const at::Tensor& queries, const at::Tensor& keys,
                                 const at::Tensor& values, const std::vector<GroupSpan>& spans) {
  return SplitAttention::apply(queries, keys, values, spans).view({queries.size(0), -1});
}

double split_attention_error(at::Device device, at::ScalarType dtype) {
  const at::AutoGradMode with_gradients(true);
  constexpr int64_t kHeads = 4, kKvHeads = 2, kHeadDim = 64;
  std::vector<GroupSpan> spans = {
      {.begin = 0, .prompt_length = 70, .response_lengths = {9, 0, 33, 33}},
      {.begin = 145, .prompt_length = 5}};
  for (auto& span : spans) make_response_mask(span, device);
  const int64_t num_tokens = spans.back().begin + spans.back().length();
  const auto inputs = [&](at::ScalarType type) {
    std::vector<at::Tensor> tensors;
    for (const int64_t heads : {kHeads, kKvHeads, kKvHeads}) {
      // Any numbers between -1 and 1 that no generator has to be asked for.
      const auto ramp = at::arange(num_tokens * heads * kHeadDim,
                                   at::TensorOptions().dtype(at::kFloat).device(device)) *
                        (0.37 + 0.01 * heads);
      tensors.push_back(
          ramp.sin().to(dtype).to(type).view({num_tokens, heads, kHeadDim}).requires_grad_());
    }
    return tensors;
  };
  const auto split = inputs(dtype), plain = inputs(at::kFloat);
  const auto out = split_group_attention(split[0], split[1], split[2], spans),
             expected = masked_group_attention(plain[0], plain[1], plain[2], spans);
  (out.to(at::kFloat) * expected.detach()).sum().backward();
  (expected * expected.detach()).sum().backward();
  const auto error = [](const at::Tensor& actual, const at::Tensor& wanted) {
    return ((actual.to(at::kFloat) - wanted).abs().max() / wanted.abs().max()).item<double>();
  };
  double worst = error(out.detach(), expected.detach());
  for (size_t i = 0; i < split.size(); ++i)
    worst = std::max(worst, error(split[i].grad(), plain[i].grad()));
  return worst;
}

}  // namespace vrlt::model
