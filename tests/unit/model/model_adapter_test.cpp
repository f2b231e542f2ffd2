// The adapter of a whole model: how it begins, that every way of computing applies it, and the
// model without it.

#include "vrlt/model/model_adapter.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/tiny_prompts.h"
#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

using test::make_group;
using test::tiny_model;
using test::TinyPrompts;

const LoraConfig kLora{.rank = 3, .alpha = 6.0};

/// Gives B values too, so that the adapter changes what the model computes.
void grow(ModelAdapter& adapter, double size = 0.2) {
  const at::NoGradGuard no_grad;
  auto generator = at::detail::createCPUGenerator(31);
  for (auto& [a, b] : adapter.pairs->trained) b.normal_(0.0, size, generator);
}

GroupBatch some_batch(VisionLanguageModel& model) {
  TinyPrompts random(21);
  GroupBatch batch;
  batch.groups.push_back(
      make_group(model, random.video(2, 6, 10, 4), {random.ids(7), random.ids(3)}));
  batch.groups.push_back(make_group(model, random.text(9), {random.ids(2), random.ids(5)}));
  return batch;
}

TEST(ModelAdapter, BeginsWithSmallRandomFactorsAndZeros) {
  const auto model = tiny_model();
  const size_t before = model->parameters().entries().size();
  const auto& adapter = add_adapter(*model, kLora, "base", 7);
  EXPECT_EQ(adapter_of(*model), &adapter);
  // 2 layers of 7 matrices with 2 factors each
  ASSERT_EQ(model->parameters().entries().size(), before + 28);
  const auto& a = model->parameters().at("model.layers.1.mlp.down_proj.lora_A.weight");
  const auto& b = model->parameters().at("model.layers.1.mlp.down_proj.lora_B.weight");
  EXPECT_EQ(a.sizes(), at::IntArrayRef({3, 48}));
  EXPECT_EQ(b.sizes(), at::IntArrayRef({32, 3}));
  // uniform within 1 / sqrt(48): a standard deviation of 1 / sqrt(3 * 48) = 0.083
  EXPECT_LE(a.abs().max().item<double>(), 1.0 / std::sqrt(48.0));
  EXPECT_NEAR(a.std().item<double>(), 1.0 / 12.0, 0.01);
  EXPECT_EQ(b.abs().max().item<double>(), 0.0);
  EXPECT_EQ(adapter.pairs->scale, 2.0);
}

TEST(ModelAdapter, IsDrawnBySeedAndNameAlone) {
  const auto one = tiny_model(), same = tiny_model(), other = tiny_model();
  add_adapter(*one, kLora, "", 7);
  auto few = kLora;
  few.targets = {"down_proj"};
  add_adapter(*same, few, "", 7);
  add_adapter(*other, kLora, "", 8);
  const std::string name = "model.layers.1.mlp.down_proj.lora_A.weight";
  EXPECT_TRUE(at::equal(one->parameters().at(name), same->parameters().at(name)));
  EXPECT_FALSE(at::equal(one->parameters().at(name), other->parameters().at(name)));
  EXPECT_FALSE(same->parameters().contains("model.layers.1.mlp.up_proj.lora_A.weight"));
  EXPECT_FALSE(at::equal(one->parameters().at(name),
                         one->parameters().at("model.layers.0.mlp.down_proj.lora_A.weight")));
}

TEST(ModelAdapter, LeavesTheModelAsItWasUntilItIsTrained) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  const auto batch = some_batch(*model);
  const auto base = model->response_hidden(batch);
  auto& adapter = add_adapter(*model, kLora, "", 7);
  EXPECT_TRUE(at::equal(model->response_hidden(batch), base));
  grow(adapter);
  const auto adapted = model->response_hidden(batch);
  EXPECT_GT((adapted - base).abs().max().item<double>(), 0.1);
  {
    const auto guard = without_adapter(*model);
    EXPECT_TRUE(at::equal(model->response_hidden(batch), base)) << "to the last bit";
  }
  EXPECT_TRUE(at::equal(model->response_hidden(batch), adapted));
}

TEST(ModelAdapter, OfAReferenceIsTheBaseUntilItMoves) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  const auto batch = some_batch(*model);
  const auto base = model->response_hidden(batch);
  auto& adapter = add_adapter(*model, kLora, "", 7);
  grow(adapter);
  const auto of_reference = [&] {
    const auto guard = as_reference(*model);
    return model->response_hidden(batch);
  };
  EXPECT_TRUE(at::equal(of_reference(), base));
  const auto moved_to = model->response_hidden(batch);
  move_reference_to_policy(adapter);
  grow(adapter, 0.4);
  EXPECT_TRUE(at::equal(of_reference(), moved_to));
  EXPECT_FALSE(at::equal(model->response_hidden(batch), moved_to));
}

TEST(ModelAdapter, ChangesTheGreedyToken) {
  const at::NoGradGuard no_grad;
  const auto model = tiny_model();
  TinyPrompts random(5);
  const auto group = make_group(*model, random.text(6), {});
  const auto greedy = [&] {
    at::Tensor hidden;
    auto cache = model->prefill({&group, 1}, &hidden);
    cache.fork(1);
    std::vector<int64_t> tokens;
    for (int i = 0; i < 12; ++i) {
      tokens.push_back(at::linear(hidden, model->head_weight()).argmax().item<int64_t>());
      hidden = model->decode(at::tensor({tokens.back()}, at::kLong), cache);
    }
    return tokens;
  };
  const auto base = greedy();
  grow(add_adapter(*model, kLora, "", 7), 0.5);
  EXPECT_NE(greedy(), base);
  const auto guard = without_adapter(*model);
  EXPECT_EQ(greedy(), base);
}

TEST(ModelAdapter, IsOneAndHasTargets) {
  const auto model = tiny_model();
  EXPECT_EQ(adapter_of(*model), nullptr);
  EXPECT_THROW(add_adapter(*model, {.rank = 0}, "", 1), ContractError);
  add_adapter(*model, kLora, "", 1);
  EXPECT_THROW(add_adapter(*model, kLora, "", 1), ContractError);
  const test::TemporaryFolder folder;
  EXPECT_THROW(model->save(folder.path() / "whole"), ContractError) << "the adapter would be lost";
}

TEST(BaseFingerprint, ChangesWithAnyWeight) {
  const auto model = tiny_model();
  const auto before = base_fingerprint(*model);
  EXPECT_EQ(base_fingerprint(*tiny_model()), before);
  const at::NoGradGuard no_grad;
  model->parameters().at("model.layers.1.mlp.up_proj.weight")[0][1] += 1.0;
  EXPECT_NE(base_fingerprint(*model), before);
}

}  // namespace
}  // namespace vrlt::model
