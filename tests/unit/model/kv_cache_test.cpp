#include "vrlt/model/kv_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace vrlt::model {
namespace {

constexpr int64_t kLayers = 2, kHeads = 1, kWidth = 1;

/// Two prompts of prefix length 2; the value at (layer, prompt, slot, time) is written as 1000 layer + 100 prompt + 10 slot + time / 100.
KvCache two_prompts(int64_t num_slots) {
  KvCache cache;
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    const auto prefix = at::arange(4, at::kFloat).view({2, kHeads, 2, kWidth}) + 1000 * layer;
    cache.layers.push_back({.prefix_keys = prefix, .prefix_values = -prefix});
  }
  cache.prefix_bias = at::tensor({0.0, 0.0, 0.0, -1.0}).view({2, 1, 1, 2});
  cache.next_position = at::tensor({2, 1}, at::kLong);
  cache.fork(num_slots);
  return cache;
}

/// [N, G] of what two_prompts puts there.
at::Tensor written(const KvCache& cache, int64_t layer, int64_t time) {
  const auto prompts = at::arange(cache.num_prompts(), at::kFloat).unsqueeze(1), slots = at::arange(cache.num_slots(), at::kFloat).unsqueeze(0);
  return 1000.0 * layer + 100.0 * prompts + 10.0 * slots + time / 100.0;
}

void append(KvCache& cache) {
  cache.reserve_token();
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    auto& l = cache.layers[static_cast<size_t>(layer)];
    const auto values = written(cache, layer, cache.suffix_length).view({cache.num_prompts(), cache.num_slots(), kHeads, kWidth});
    l.suffix_keys.select(3, cache.suffix_length).copy_(values);
    l.suffix_values.select(3, cache.suffix_length).copy_(-values);
  }
  ++cache.suffix_length;
}

at::Tensor keys_at(const KvCache& cache, int64_t layer, int64_t time) {
  return cache.layers[static_cast<size_t>(layer)].suffix_keys.select(3, time).view({cache.num_prompts(), cache.num_slots()});
}

TEST(KvCache, GrowingKeepsWhatIsThere) {
  auto cache = two_prompts(3);
  for (int64_t time = 0; time < 70; ++time) {  // beyond the capacities 16, 32 and 64
    append(cache);
    ASSERT_GE(cache.layers[0].suffix_keys.size(3), cache.suffix_length);
  }
  for (int64_t layer = 0; layer < kLayers; ++layer)
    for (int64_t time = 0; time < 70; ++time) {
      EXPECT_TRUE(at::equal(keys_at(cache, layer, time), written(cache, layer, time))) << layer << " " << time;
      EXPECT_TRUE(
          at::equal(cache.layers[static_cast<size_t>(layer)].suffix_values.select(3, time).flatten(), -written(cache, layer, time).flatten()));
    }
}

TEST(KvCache, SelectReordersRepeatsAndDropsSlots) {
  auto cache = two_prompts(3);
  for (int i = 0; i < 5; ++i) append(cache);
  const auto before = written(cache, 1, 4);
  cache.select(at::tensor({0, 1}, at::kLong), at::tensor({2, 0, 1, 1}, at::kLong).view({2, 2}));
  EXPECT_EQ(cache.num_prompts(), 2);
  EXPECT_EQ(cache.num_slots(), 2);
  EXPECT_EQ(cache.suffix_length, 5);
  EXPECT_TRUE(at::equal(keys_at(cache, 1, 4), at::stack({before[0].index_select(0, at::tensor({2, 0}, at::kLong)),
                                                         before[1].index_select(0, at::tensor({1, 1}, at::kLong))})));
}

TEST(KvCache, SelectReordersAndDropsPrompts) {
  auto swapped = two_prompts(2);
  for (int i = 0; i < 3; ++i) append(swapped);
  const auto before = written(swapped, 1, 2), prefix = swapped.layers[1].prefix_keys.clone(), bias = swapped.prefix_bias.clone();
  // As many prompts as before, in another order: the prefixes must follow.
  swapped.select(at::tensor({1, 0}, at::kLong), at::tensor({0, 1, 0, 1}, at::kLong).view({2, 2}));
  EXPECT_TRUE(at::equal(keys_at(swapped, 1, 2), before.flip(0)));
  EXPECT_TRUE(at::equal(swapped.layers[1].prefix_keys, prefix.flip(0)));
  EXPECT_TRUE(at::equal(swapped.layers[1].prefix_values, -prefix.flip(0)));
  EXPECT_TRUE(at::equal(swapped.prefix_bias, bias.flip(0)));
  EXPECT_TRUE(at::equal(swapped.next_position, at::tensor({1, 2}, at::kLong)));
  swapped.select(at::tensor({1}, at::kLong), at::tensor({1}, at::kLong).view({1, 1}));
  EXPECT_EQ(keys_at(swapped, 1, 2).item<float>(), before[0][1].item<float>());
  EXPECT_EQ(swapped.next_position.item<int64_t>(), 2);
  append(swapped);  // goes on at the same place
  EXPECT_EQ(swapped.suffix_length, 4);
}

TEST(KvCache, ForkingAgainForgetsTheSuffixes) {
  auto cache = two_prompts(3);
  append(cache);
  cache.fork(5);
  EXPECT_EQ(cache.num_slots(), 5);
  EXPECT_EQ(cache.suffix_length, 0);
  append(cache);
  EXPECT_TRUE(at::equal(keys_at(cache, 0, 0), written(cache, 0, 0)));
}

}  // namespace
}  // namespace vrlt::model
