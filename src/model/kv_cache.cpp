#include "vrlt/model/kv_cache.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_select.h>

namespace vrlt::model {
namespace {

constexpr int64_t kFirstCapacity = 16;

at::Tensor grown(const at::Tensor& suffix, int64_t length, int64_t capacity) {
  auto shape = suffix.sizes().vec();
  shape[3] = capacity;
  auto bigger = at::empty(shape, suffix.options());
  if (length > 0) bigger.narrow(3, 0, length).copy_(suffix.narrow(3, 0, length));
  return bigger;
}

/// [N, G, K, C, Dh] -> [N', G', K, C, Dh]
at::Tensor select_slots(const at::Tensor& suffix, const at::Tensor& prompts, const at::Tensor& slots) {
  const auto by_prompt = suffix.index_select(0, prompts);
  auto shape = by_prompt.sizes().vec();
  shape[1] = slots.size(1);
  return by_prompt.gather(1, slots.view({slots.size(0), slots.size(1), 1, 1, 1}).expand(shape));
}

}  // namespace

void KvCache::fork(int64_t num_slots) {
  num_slots_ = num_slots;
  suffix_length = 0;
  for (auto& layer : layers) {
    const auto& keys = layer.prefix_keys;
    layer.suffix_keys = at::empty({keys.size(0), num_slots, keys.size(1), kFirstCapacity, keys.size(3)}, keys.options());
    layer.suffix_values = at::empty_like(layer.suffix_keys);
  }
}

void KvCache::reserve_token() {
  const int64_t capacity = layers.front().suffix_keys.size(3);
  if (suffix_length < capacity) return;
  for (auto& layer : layers) {
    layer.suffix_keys = grown(layer.suffix_keys, suffix_length, 2 * capacity);
    layer.suffix_values = grown(layer.suffix_values, suffix_length, 2 * capacity);
  }
}

void KvCache::select(const at::Tensor& prompts, const at::Tensor& slots) {
  const bool same_prompts = prompts.size(0) == num_prompts() && at::equal(prompts, at::arange(num_prompts(), prompts.options()));
  for (auto& layer : layers) {
    if (!same_prompts) {
      layer.prefix_keys = layer.prefix_keys.index_select(0, prompts);
      layer.prefix_values = layer.prefix_values.index_select(0, prompts);
    }
    layer.suffix_keys = select_slots(layer.suffix_keys, prompts, slots);
    layer.suffix_values = select_slots(layer.suffix_values, prompts, slots);
  }
  if (!same_prompts) {
    prefix_bias = prefix_bias.index_select(0, prompts);
    next_position = next_position.index_select(0, prompts);
  }
  num_slots_ = slots.size(1);
}

}  // namespace vrlt::model
