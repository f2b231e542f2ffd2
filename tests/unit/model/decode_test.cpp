#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/tiny_prompts.h"
#include "tests/support/worst.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {
namespace {

using test::make_group;
using test::tiny_model;
using test::TinyPrompts;

/// States of forced responses through the cache: result[i][j] is [length, D], as response_hidden gives them.
/// Slots that end are dropped as soon as the rectangle of slots allows it, and prompts with them.
TEST(Decode, GivesTheStatesOfResponseHidden) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  TinyPrompts random(12);
  // 40 tokens: the suffix outgrows its first capacity.
  GroupBatch batch;
  batch.groups.push_back(make_group(*model, random.video(2, 6, 10, 4), {random.ids(40), random.ids(3), random.ids(25)}));
  batch.groups.push_back(make_group(*model, random.text(9), {random.ids(2), random.ids(5), random.ids(4)}));
  batch.groups.push_back(make_group(*model, random.text(2), {random.ids(30), random.ids(28), random.ids(10)}));
  const auto expected = model->response_hidden(batch);

  at::Tensor hidden;
  auto cache = model->prefill(batch.groups, &hidden);
  ASSERT_EQ(hidden.size(0), 3);
  cache.fork(3);
  hidden = hidden.repeat_interleave(3, 0);
  using Slot = std::pair<size_t, size_t>;  // prompt and response
  std::vector<std::vector<Slot>> slots;
  for (size_t i = 0; i < 3; ++i) slots.push_back({{i, 0}, {i, 1}, {i, 2}});
  std::map<Slot, std::vector<at::Tensor>> states;

  const auto keep = [&](const std::vector<int64_t>& kept_prompts, const std::vector<std::vector<int64_t>>& kept_slots) {
    std::vector<std::vector<Slot>> kept;
    std::vector<int64_t> flat;
    for (size_t i = 0; i < kept_prompts.size(); ++i) {
      kept.emplace_back();
      for (const int64_t slot : kept_slots[i]) {
        kept.back().push_back(slots[static_cast<size_t>(kept_prompts[i])][static_cast<size_t>(slot)]);
        flat.push_back(slot);
      }
    }
    slots = kept;
    cache.select(at::tensor(kept_prompts, at::kLong), at::tensor(flat, at::kLong).view({static_cast<int64_t>(kept.size()), -1}));
  };
  for (size_t step = 0; step < 40; ++step) {
    auto ids = at::zeros({static_cast<int64_t>(slots.size()), static_cast<int64_t>(slots[0].size())}, at::kLong);
    int64_t row = 0;
    for (size_t i = 0; i < slots.size(); ++i)
      for (size_t j = 0; j < slots[i].size(); ++j, ++row) {
        const auto& response = batch.groups[slots[i][j].first].responses[slots[i][j].second];
        auto& collected = states[slots[i][j]];
        if (step >= static_cast<size_t>(response.size(0))) continue;
        if (collected.size() == step) collected.push_back(hidden[row]);  // a repeated slot is collected once
        ids[static_cast<int64_t>(i)][static_cast<int64_t>(j)] = response[static_cast<int64_t>(step)];
      }
    hidden = model->decode(ids, cache);
    const auto kept_rows = [&](std::vector<int64_t> rows) { hidden = hidden.index_select(0, at::tensor(rows, at::kLong)); };
    if (step == 4) {  // drop slots, filling up with a repeat: prompt 1 has none left but stays
      keep({0, 1, 2}, {{2, 0}, {1, 1}, {0, 1}});
      kept_rows({2, 0, 4, 4, 6, 7});
    } else if (step == 9) {  // drop prompt 1 and swap the others
      keep({2, 0}, {{0, 1}, {0, 1}});
      kept_rows({4, 5, 0, 1});
    } else if (step == 29) {  // drop prompt 2
      keep({1}, {{1}});
      kept_rows({3});
      EXPECT_EQ(cache.num_prompts(), 1);
      EXPECT_EQ(cache.num_slots(), 1);
    }
  }

  std::vector<at::Tensor> all, reference;
  int64_t begin = 0;
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) {
      const int64_t length = batch.groups[i].responses[j].size(0);
      const auto& collected = states[{i, j}];
      // Response (2, 2) loses its slot at step 5: its first states count.
      const auto got = static_cast<int64_t>(collected.size());
      EXPECT_EQ(got, (i == 2 && j == 2) ? 5 : length) << i << " " << j;
      all.push_back(at::stack(collected));
      reference.push_back(expected.narrow(0, begin, got));
      begin += length;
    }
  const double difference = (at::cat(all) - at::cat(reference)).abs().max().item<double>();
  test::Worst::note("decoded states", difference);
  EXPECT_LE(difference, 2e-5);  // float32, states of size 1 to 5
}

TEST(Decode, RecordsNoGradients) {
  const auto model = tiny_model();
  for (const auto& entry : model->parameters().entries()) entry.tensor.set_requires_grad(true);
  TinyPrompts random(13);
  const auto group = make_group(*model, random.text(4), {});
  at::Tensor hidden;
  auto cache = model->prefill({&group, 1}, &hidden);
  cache.fork(2);
  EXPECT_FALSE(hidden.requires_grad());
  EXPECT_FALSE(model->decode(at::tensor({3, 4}, at::kLong).view({1, 2}), cache).requires_grad());
}

TEST(WorkCounters, CountVideosAndPromptsOnce) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  TinyPrompts random(14);
  GroupBatch batch;
  for (int i = 0; i < 2; ++i)
    batch.groups.push_back(make_group(*model, random.video(2, 6, 10, 4), {random.ids(3), random.ids(3), random.ids(2), random.ids(1)}));
  EXPECT_EQ(model->counters().videos_encoded, 2);
  EXPECT_EQ(model->counters().prompts_prefilled, 0);
  at::Tensor hidden;
  auto cache = model->prefill(batch.groups, &hidden);
  cache.fork(4);
  model->decode(at::zeros({2, 4}, at::kLong), cache);
  model->response_hidden(batch);
  EXPECT_EQ(model->counters().videos_encoded, 2);
  EXPECT_EQ(model->counters().prompts_prefilled, 2);
}

}  // namespace
}  // namespace vrlt::model
