#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/support/tiny_prompts.h"
#include "tests/support/worst.h"
#include "vrlt/core/error.h"
#include "vrlt/model/model_adapter.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {
namespace {

using test::make_group;
using test::tiny_model;
using test::TinyPrompts;

/// States of forced responses through the cache, as response_hidden gives them. Rows leave when
/// their response ends; the third prompt waits for a place, and the cache is compacted when it may
/// be.
void expect_states_of_response_hidden(at::ScalarType dtype, double tolerance,
                                      bool with_adapter = false) {
  const at::NoGradGuard no_grad;
  const test::TemporaryFolder folder;
  const auto model = load_model(test::make_tiny_model_folder(folder.path()),
                                {.dtype = dtype, .random_weights = true, .seed = 5});
  TinyPrompts random(12);
  if (with_adapter)
    for (const auto& [a, b] : add_adapter(*model, {.rank = 3}, "", 7).pairs->trained)
      b.copy_(0.01 * random.normal(b.sizes()));
  // 40 tokens: the suffix outgrows its first capacity.
  GroupBatch batch;
  batch.groups.push_back(make_group(*model, random.video(2, 6, 10, 4),
                                    {random.ids(40), random.ids(3), random.ids(25)}));
  batch.groups.push_back(
      make_group(*model, random.text(9), {random.ids(2), random.ids(5), random.ids(4)}));
  // longer than a block of keys
  batch.groups.push_back(
      make_group(*model, random.text(139), {random.ids(30), random.ids(28), random.ids(10)}));
  const auto expected = model->response_hidden(batch);

  using Row = std::pair<size_t, size_t>;  // prompt and response
  at::Tensor hidden;
  auto cache = model->prefill({batch.groups.data(), 2}, &hidden);
  ASSERT_EQ(hidden.size(0), 2);
  cache.fork(3);
  hidden = hidden.repeat_interleave(3, 0);
  std::vector<Row> rows = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}};
  std::map<Row, std::vector<at::Tensor>> states;
  bool waiting = true;
  while (!rows.empty()) {
    std::vector<int64_t> kept, ids;
    std::vector<Row> left;
    for (size_t i = 0; i < rows.size(); ++i) {
      const auto& response = batch.groups[rows[i].first].responses[rows[i].second];
      auto& collected = states[rows[i]];
      collected.push_back(hidden[static_cast<int64_t>(i)]);
      if (static_cast<int64_t>(collected.size()) == response.size(0)) continue;
      kept.push_back(static_cast<int64_t>(i));
      ids.push_back(response[static_cast<int64_t>(collected.size()) - 1].item<int64_t>());
      left.push_back(rows[i]);
    }
    rows = left;
    cache.keep_rows(kept);
    if (!rows.empty()) hidden = model->decode(at::tensor(ids, at::kLong), cache);
    if (waiting && !cache.free_places().empty()) {
      at::Tensor first;
      cache.admit(model->prefill({batch.groups.data() + 2, 1}, &first));
      hidden = at::cat({hidden, first.repeat_interleave(3, 0)});
      for (size_t j = 0; j < 3; ++j) rows.emplace_back(2, j);
      waiting = false;
    } else if (!waiting) {
      cache.compact();
    }
  }
  EXPECT_EQ(cache.places.size(), 1u);

  std::vector<at::Tensor> all;
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) all.push_back(at::stack(states[{i, j}]));
  const double difference = (at::cat(all) - expected).abs().max().item<double>();
  test::Worst::note(concat("decoded states, ", dtype), difference);
  EXPECT_LE(difference, tolerance);
}

// Float32 states of size 1 to 5: the loops for the CPU.
TEST(Decode, GivesTheStatesOfResponseHidden) { expect_states_of_response_hidden(at::kFloat, 2e-5); }

// Another dtype takes the way of other devices, by operators over the whole rectangle of places and
// slots.
TEST(Decode, GivesTheStatesOfResponseHiddenByOperators) {
  expect_states_of_response_hidden(at::kDouble, 1e-5);
}

TEST(Decode, GivesTheStatesOfResponseHiddenWithAnAdapter) {
  expect_states_of_response_hidden(at::kFloat, 2e-5, /*with_adapter=*/true);
  expect_states_of_response_hidden(at::kDouble, 1e-5, /*with_adapter=*/true);
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
    batch.groups.push_back(
        make_group(*model, random.video(2, 6, 10, 4),
                   {random.ids(3), random.ids(3), random.ids(2), random.ids(1)}));
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
