#include "model/layers/attention.h"

#include <ATen/ops/add.h>
#include <ATen/ops/bmm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "model/layers/split_attention.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::model {
namespace {

/// [T, H, Dh] -> [1, H, T, Dh]
at::Tensor heads_first(const at::Tensor& x) { return x.transpose(0, 1).unsqueeze(0); }

/// Repeats each key or value head for its group of query heads: [T, K, Dh] -> [T, H, Dh].
at::Tensor repeat_heads(const at::Tensor& x, int64_t num_heads) {
  const int64_t repeats = num_heads / x.size(1);
  if (repeats == 1) return x;
  return x.unsqueeze(2)
      .expand({x.size(0), x.size(1), repeats, x.size(2)})
      .reshape({x.size(0), num_heads, x.size(2)});
}

/// Whether the flash kernels of this GPU do what the split needs of them. Asked once.
bool is_split_sound(at::Device device) {
  static const bool sound = [&] {
    // bfloat16 has 8 bits: some 0.4 % of the largest value, and sums of such
    constexpr double kTolerance = 0.03;
    try {
      const double error = split_attention_error(device, at::kBFloat16);
      if (error < kTolerance) return true;
      log::warning(concat("flash attention of this device is off by ", error,
                          " of the largest value; going on with plain attention, which is slower"));
    } catch (const c10::Error& error) {
      log::warning(concat("no flash attention on this device: ", error.what_without_backtrace()));
    }
    return false;
  }();
  return sound;
}

}  // namespace

int64_t GroupSpan::num_response_tokens() const {
  int64_t total = 0;
  for (const int64_t length : response_lengths) total += length;
  return total;
}

void make_response_mask(GroupSpan& span, at::Device device) {
  const int64_t num_tokens = span.num_response_tokens();
  if (num_tokens == 0) return;
  auto mask = at::zeros({num_tokens, span.prompt_length + num_tokens},
                        at::TensorOptions().dtype(at::kBool).device(device));
  mask.narrow(1, 0, span.prompt_length).fill_(true);
  int64_t begin = 0;
  for (const int64_t length : span.response_lengths) {
    if (length == 0) continue;
    mask.narrow(0, begin, length).narrow(1, span.prompt_length + begin, length).fill_(true).tril_();
    begin += length;
  }
  span.response_mask = mask;
}

at::Tensor masked_group_attention(const at::Tensor& queries, const at::Tensor& keys,
                                  const at::Tensor& values, const std::vector<GroupSpan>& spans) {
  const int64_t num_heads = queries.size(1);
  const auto all_keys = repeat_heads(keys, num_heads), all_values = repeat_heads(values, num_heads);
  std::vector<at::Tensor> outputs;
  for (const auto& span : spans) {
    const int64_t prompt = span.prompt_length, responses = span.num_response_tokens();
    const auto q = heads_first(queries.narrow(0, span.begin, span.length()));
    const auto k = heads_first(all_keys.narrow(0, span.begin, span.length()));
    const auto v = heads_first(all_values.narrow(0, span.begin, span.length()));
    outputs.push_back(
        at::scaled_dot_product_attention(q.narrow(2, 0, prompt), k.narrow(2, 0, prompt),
                                         v.narrow(2, 0, prompt), {}, 0.0, /*is_causal=*/true));
    if (responses > 0)
      outputs.push_back(at::scaled_dot_product_attention(q.narrow(2, prompt, responses), k, v,
                                                         span.response_mask));
  }
  return at::cat(outputs, 2).squeeze(0).transpose(0, 1).reshape({queries.size(0), -1});
}

bool needs_response_mask(at::Device device, at::ScalarType dtype, int64_t head_dim) {
  if (device.is_cpu()) return false;
  constexpr int64_t kLargestHead = 256, kHeadMultiple = 8;  // of the flash kernels
  const bool fits = c10::isReducedFloatingType(dtype) && head_dim <= kLargestHead &&
                    head_dim % kHeadMultiple == 0;
  return !fits || !is_split_sound(device);
}

at::Tensor group_attention(const at::Tensor& queries, const at::Tensor& keys,
                           const at::Tensor& values, const std::vector<GroupSpan>& spans) {
  const bool masked = needs_response_mask(queries.device(), queries.scalar_type(), queries.size(2));
  return masked ? masked_group_attention(queries, keys, values, spans)
                : split_group_attention(queries, keys, values, spans);
}

namespace {

/// As shared_prefix_attention() does it on a device, whose kernels and passes over memory cost:
/// scores come in float32 from the products, into one buffer.
at::Tensor attention_in_one_buffer(const at::Tensor& queries, const KvCache::Layer& cache,
                                   const at::Tensor& bias) {
  const int64_t N = queries.size(0), G = queries.size(1), H = queries.size(2), Dh = queries.size(3);
  const int64_t K = cache.prefix_keys.size(1), P = cache.prefix_keys.size(3),
                S = cache.suffix_keys.size(4), repeats = H / K;
  const bool narrow = c10::isReducedFloatingType(queries.scalar_type());
  const auto by_slot = queries.reshape({N, G, K, repeats, Dh});
  const auto by_prompt = by_slot.transpose(1, 2).reshape({N * K, G * repeats, Dh});
  const auto of_slots = by_slot.reshape({N * G * K, repeats, Dh}),
             suffix_keys = cache.suffix_keys.view({N * G * K, Dh, S}),
             prefix_keys = cache.prefix_keys.view({N * K, Dh, P});

  const auto scores = at::empty({N * K, G * repeats, P + S}, queries.options().dtype(at::kFloat));
  auto of_prefix = scores.narrow(2, 0, P);
  auto by_head = scores.view({N, K, G, repeats, P + S});
  if (narrow)
    at::bmm_out(of_prefix, by_prompt, prefix_keys, at::kFloat);
  else
    at::bmm_out(of_prefix, by_prompt, prefix_keys);
  const auto of_suffix =
      narrow ? at::bmm(of_slots, suffix_keys, at::kFloat) : at::bmm(of_slots, suffix_keys);
  by_head.narrow(4, P, S).copy_(of_suffix.view({N, G, K, repeats, S}).transpose(1, 2));
  at::add_out(by_head, bias.unsqueeze(1), by_head, 1.0 / std::sqrt(static_cast<double>(Dh)));

  const auto weights = at::softmax(scores, -1).to(queries.scalar_type());
  const auto from_prefix =
      at::bmm(weights.narrow(2, 0, P), cache.prefix_values.view({N * K, P, Dh}));
  const auto suffix_weights = weights.view({N, K, G, repeats, P + S})
                                  .narrow(4, P, S)
                                  .transpose(1, 2)
                                  .reshape({N * G * K, repeats, S});
  const auto from_suffix = at::bmm(suffix_weights, cache.suffix_values.view({N * G * K, S, Dh}));
  return (from_suffix.view({N, G, K, repeats, Dh}) +
          from_prefix.view({N, K, G, repeats, Dh}).transpose(1, 2))
      .reshape({N, G, H * Dh});
}

}  // namespace

at::Tensor shared_prefix_attention(const at::Tensor& queries, const KvCache::Layer& cache,
                                   const at::Tensor& bias) {
  if (!queries.is_cpu()) return attention_in_one_buffer(queries, cache, bias);
  const int64_t N = queries.size(0), G = queries.size(1), H = queries.size(2), Dh = queries.size(3);
  const int64_t K = cache.prefix_keys.size(1), P = cache.prefix_keys.size(3),
                S = cache.suffix_keys.size(4), repeats = H / K;
  const auto scaled = (queries / std::sqrt(static_cast<double>(Dh))).view({N, G, K, repeats, Dh});
  const auto by_prompt = scaled.transpose(1, 2).reshape({N, K, G * repeats, Dh});
  const auto prefix_scores = at::matmul(by_prompt, cache.prefix_keys).to(at::kFloat);
  // [N, G, K, repeats, S]
  const auto suffix_scores = at::matmul(scaled, cache.suffix_keys).to(at::kFloat);
  const auto scores =
      at::cat({prefix_scores.view({N, K, G, repeats, P}).transpose(1, 2), suffix_scores}, -1) +
      bias.unsqueeze(1);
  const auto weights = at::softmax(scores, -1).to(queries.scalar_type());
  const auto prefix_weights =
      weights.narrow(-1, 0, P).transpose(1, 2).reshape({N, K, G * repeats, P});
  const auto from_prefix =
      at::matmul(prefix_weights, cache.prefix_values).view({N, K, G, repeats, Dh}).transpose(1, 2);
  const auto from_suffix = at::matmul(weights.narrow(-1, P, S), cache.suffix_values);
  return (from_prefix + from_suffix).reshape({N, G, H * Dh});
}

}  // namespace vrlt::model
