#include "model/layers/split_attention.h"

#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/logaddexp.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include <functional>

namespace vrlt::model {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Spans final : torch::CustomClassHolder {
  explicit Spans(std::vector<GroupSpan> given) : spans(std::move(given)) {}
  std::vector<GroupSpan> spans;
};

/// Rows `begin` to `begin + count * length` of [T, H, ...], cut into `count` segments: [count, H, length, ...] without a copy.
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
  return {{span.begin + span.prompt_length, span.num_response_tokens()}, {span.begin, span.prompt_length}, false};
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
  return x.unsqueeze(2).expand({x.size(0), x.size(1), repeats, x.size(2)}).reshape({x.size(0), num_heads, x.size(2)});
}

/// Its transpose: the gradients of a head's copies are added up.
at::Tensor summed(const at::Tensor& x, int64_t num_kv_heads) {
  if (x.size(1) == num_kv_heads) return x;
  return x.view({x.size(0), num_kv_heads, -1, x.size(2)}).sum(2);
}

/// Output and log-sum-exp of some rows of queries.
struct Attended {
  at::Tensor out, lse;
};

class SplitAttention : public torch::autograd::Function<SplitAttention> {
 public:
  static at::Tensor forward(AutogradContext* context, const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                            const std::vector<GroupSpan>& spans) {
    const auto q = queries.contiguous(), k = repeated(keys, queries.size(1)), v = repeated(values, queries.size(1));
    auto out = at::empty_like(q);
    auto lse = at::empty({q.size(0), q.size(1)}, q.options().dtype(q.scalar_type() == at::kDouble ? at::kDouble : at::kFloat));
    const auto attend = [&](const Part& part) -> Attended {
      auto [o, l] = at::_scaled_dot_product_flash_attention_for_cpu(part.queries(q), part.keys(k), part.keys(v), 0.0, part.causal);
      return {std::move(o), std::move(l)};
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
    context->save_for_backward({queries, keys, values, out, lse});
    context->saved_data["spans"] = c10::IValue::make_capsule(c10::make_intrusive<Spans>(spans));
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &keys = saved[1], &values = saved[2], &out = saved[3], &lse = saved[4];
    const auto q = saved[0].contiguous(), k = repeated(keys, q.size(1)), v = repeated(values, q.size(1)), grad = grads[0].contiguous();
    auto grad_q = at::zeros_like(q), grad_k = at::zeros_like(k), grad_v = at::zeros_like(v);
    const auto add = [&](const Part& part) {
      const auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
          part.queries(grad), part.queries(q), part.keys(k), part.keys(v), part.queries(out), part.queries(lse), 0.0, part.causal);
      part.queries(grad_q).add_(dq);
      part.keys(grad_k).add_(dk);
      part.keys(grad_v).add_(dv);
    };
    for (const auto& span : static_cast<const Spans&>(*context->saved_data["spans"].toCapsule()).spans) {
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
    const auto keep = (lse - total).exp_().unsqueeze(-1), add = (more.lse - total).exp_().unsqueeze(-1);
    out.copy_(out * keep + more.out * add);
    lse.copy_(total);
  }
};

}  // namespace

at::Tensor split_group_attention(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values, const std::vector<GroupSpan>& spans) {
  return SplitAttention::apply(queries, keys, values, spans).view({queries.size(0), -1});
}

}  // namespace vrlt::model
