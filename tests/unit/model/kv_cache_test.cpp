#include "vrlt/model/kv_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

constexpr int64_t kLayers = 2, kHeads = 1, kWidth = 1;

/// Prompts of these lengths; keys are 1000 layer + 10 (first + place) + time, values their
/// negatives.
KvCache make_cache(const std::vector<int64_t>& lengths, double first = 0) {
  KvCache cache;
  const auto N = static_cast<int64_t>(lengths.size()),
             P = *std::max_element(lengths.begin(), lengths.end());
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    const auto keys = 1000.0 * layer +
                      10.0 * (first + at::arange(N, at::kFloat)).view({N, 1, 1, 1}) +
                      at::arange(P, at::kFloat).view({1, 1, 1, P});
    cache.layers.push_back(
        {.prefix_keys = keys, .prefix_values = -keys.transpose(2, 3).contiguous()});
  }
  for (const int64_t length : lengths)
    cache.places.push_back({.prompt_length = length, .next_position = 100 * length});
  return cache;
}

/// What append() writes for a row at a time: the same for a row wherever it is moved to.
double written(int64_t layer, double row_tag, int64_t time) {
  return 1000.0 * static_cast<double>(layer) + row_tag + static_cast<double>(time) / 100.0;
}

/// Writes a token of each row, whose tags are in the order of rows.
void append(KvCache& cache, const std::vector<double>& tags) {
  ASSERT_EQ(cache.rows().size(), tags.size());
  cache.reserve(1);
  for (int64_t layer = 0; layer < kLayers; ++layer)
    for (size_t i = 0; i < tags.size(); ++i) {
      const auto& [place, slot] = cache.rows()[i];
      const int64_t time = cache.places[static_cast<size_t>(place)].suffix_length;
      auto& l = cache.layers[static_cast<size_t>(layer)];
      l.suffix_keys[place][slot].select(2, time).fill_(written(layer, tags[i], time));
      l.suffix_values[place][slot].select(1, time).fill_(-written(layer, tags[i], time));
    }
  cache.advance();
}

void expect_written(const KvCache& cache, const std::vector<double>& tags) {
  ASSERT_EQ(cache.rows().size(), tags.size());
  for (int64_t layer = 0; layer < kLayers; ++layer)
    for (size_t i = 0; i < tags.size(); ++i) {
      const auto& [place, slot] = cache.rows()[i];
      const auto& l = cache.layers[static_cast<size_t>(layer)];
      for (int64_t time = 0; time < cache.places[static_cast<size_t>(place)].suffix_length;
           ++time) {
        EXPECT_FLOAT_EQ(l.suffix_keys[place][slot][0][0][time].item<float>(),
                        written(layer, tags[i], time))
            << i << " " << time;
        EXPECT_FLOAT_EQ(l.suffix_values[place][slot][0][time][0].item<float>(),
                        -written(layer, tags[i], time))
            << i << " " << time;
      }
    }
}

void expect_prefix(const KvCache& cache, size_t place, double number, int64_t length) {
  EXPECT_EQ(cache.places[place].prompt_length, length);
  EXPECT_EQ(cache.places[place].next_position, 100 * length);
  for (int64_t layer = 0; layer < kLayers; ++layer) {
    const auto& l = cache.layers[static_cast<size_t>(layer)];
    const auto expected = 1000.0 * layer + 10.0 * number + at::arange(length, at::kFloat);
    EXPECT_TRUE(at::equal(l.prefix_keys[static_cast<int64_t>(place)].flatten().narrow(0, 0, length),
                          expected));
    EXPECT_TRUE(at::equal(
        l.prefix_values[static_cast<int64_t>(place)].flatten().narrow(0, 0, length), -expected));
  }
}

TEST(KvCache, GrowingKeepsWhatIsThere) {
  auto cache = make_cache({2, 1});
  cache.fork(3);
  const std::vector<double> tags = {10, 11, 12, 20, 21, 22};
  for (int64_t time = 0; time < 70; ++time) {  // beyond the capacities 16, 32 and 64
    append(cache, tags);
    ASSERT_GE(cache.layers[0].suffix_keys.size(4), cache.places[0].suffix_length);
  }
  EXPECT_EQ(cache.places[1].position(), 170);  // 100 for the first response token, 70 of them
  expect_written(cache, tags);
}

TEST(KvCache, RowsLeaveAndTheOthersStay) {
  auto cache = make_cache({2, 1});
  cache.fork(3);
  append(cache, {10, 11, 12, 20, 21, 22});
  cache.keep_rows({1, 3, 5});
  append(cache, {11, 20, 22});
  expect_written(cache, {11, 20, 22});
  EXPECT_TRUE(cache.free_places().empty());
  cache.keep_rows({0});
  EXPECT_EQ(cache.free_places(), std::vector<int64_t>{1});
  append(cache, {11});
  EXPECT_EQ(cache.places[0].suffix_length, 3);
  // a place without rows starts again: computed along with the others, it must have room
  EXPECT_EQ(cache.places[1].suffix_length, 0);
  expect_written(cache, {11});
}

TEST(KvCache, AFreePlaceGoesToALongerPrompt) {
  auto cache = make_cache({2, 1, 2});
  cache.fork(2);
  append(cache, {10, 11, 20, 21, 30, 31});
  cache.keep_rows({0, 1, 5});
  cache.admit(make_cache({5}, /*first=*/7));
  expect_prefix(cache, 0, 0, 2);
  expect_prefix(cache, 1, 7, 5);
  expect_prefix(cache, 2, 2, 2);
  EXPECT_EQ(cache.places[1].suffix_length, 0);
  append(cache, {10, 11, 31, 70, 71});  // the new rows come last
  EXPECT_EQ(cache.places[0].suffix_length, 2);
  EXPECT_EQ(cache.places[1].suffix_length, 1);
  expect_written(cache, {10, 11, 31, 70, 71});
  EXPECT_THROW(cache.admit(make_cache({1})), ContractError);
}

TEST(KvCache, CompactingHalvesWhatIsHalfUsed) {
  auto cache = make_cache({2, 1, 3, 2});
  cache.fork(4);
  std::vector<double> tags;
  for (int i = 0; i < 16; ++i) tags.push_back(i);
  for (int i = 0; i < 3; ++i) append(cache, tags);
  cache.keep_rows({0, 1, 2, 9, 15});  // three of four places, three of four slots: too much is used
  cache.compact();
  EXPECT_EQ(cache.places.size(), 4u);
  cache.keep_rows({0, 3});  // place 0 slot 0, place 2 slot 1 are left of rows {0, 1, 2, 9, 15}
  cache.compact();
  EXPECT_EQ(cache.places.size(), 2u);
  EXPECT_EQ(cache.num_slots(), 1);
  expect_prefix(cache, 0, 0, 2);
  expect_prefix(cache, 1, 2, 3);
  expect_written(cache, {0, 9});
  append(cache, {0, 9});
  expect_written(cache, {0, 9});
  EXPECT_EQ(cache.layers[0].suffix_keys.size(0), 2);
}

// All places stay and only slots go, but the first place was given to another prompt, whose rows
// come last.
TEST(KvCache, CompactingFollowsTheOrderOfRows) {
  auto cache = make_cache({2, 1});
  cache.fork(4);
  append(cache, {10, 11, 12, 13, 20, 21, 22, 23});
  cache.keep_rows({4, 5});
  cache.admit(make_cache({2}, /*first=*/7));
  append(cache, {20, 21, 70, 71, 72, 73});
  cache.keep_rows({0, 3});
  cache.compact();
  EXPECT_EQ(cache.num_slots(), 1);
  expect_prefix(cache, 0, 1, 1);
  expect_prefix(cache, 1, 7, 2);
  expect_written(cache, {20, 71});
}

TEST(KvCache, ForkingAgainForgetsTheSuffixes) {
  auto cache = make_cache({2, 1});
  cache.fork(3);
  append(cache, {10, 11, 12, 20, 21, 22});
  cache.fork(5);
  EXPECT_EQ(cache.num_slots(), 5);
  EXPECT_EQ(cache.rows().size(), 10u);
  EXPECT_EQ(cache.places[0].suffix_length, 0);
}

}  // namespace
}  // namespace vrlt::model
