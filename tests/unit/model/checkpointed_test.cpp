// Activation checkpointing changes what is kept and how often a block runs, and no bit of the
// results.

#include "model/layers/checkpointed.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>

#include "tests/support/tiny_prompts.h"
#include "vrlt/model/model_adapter.h"

namespace vrlt::model {
namespace {

using test::TinyPrompts;

/// y = tanh(x W) with one weight; counts its runs.
struct CountedBlock {
  at::Tensor weight;
  int runs = 0;
  Block function() {
    return [this](const at::Tensor& x) {
      ++runs;
      return at::tanh(at::matmul(x, weight));
    };
  }
};

TEST(Checkpointed, ABlockRunsAgainForTheGradientsOnly) {
  TinyPrompts random(1);
  CountedBlock block{random.normal({4, 4}).requires_grad_()};
  const auto x = random.normal({3, 4}).requires_grad_();
  {
    const at::NoGradGuard no_grad;
    EXPECT_FALSE(checkpointed(block.function(), x, {block.weight}).requires_grad());
  }
  EXPECT_EQ(block.runs, 1);
  const auto y = checkpointed(block.function(), x, {block.weight});
  EXPECT_EQ(block.runs, 2);
  y.square().sum().backward();
  EXPECT_EQ(block.runs, 3);
  const auto of_x = x.grad().clone(), of_weight = block.weight.grad().clone();
  x.mutable_grad() = block.weight.mutable_grad() = at::Tensor();
  block.function()(x).square().sum().backward();
  EXPECT_TRUE(at::equal(of_x, x.grad()));
  EXPECT_TRUE(at::equal(of_weight, block.weight.grad()));
}

TEST(Checkpointed, EitherSideMayNeedNoGradient) {
  TinyPrompts random(2);
  for (const bool of_input : {true, false}) {
    CountedBlock block{random.normal({4, 4}).requires_grad_(!of_input)};
    const auto x = random.normal({3, 4}).requires_grad_(of_input);
    checkpointed(block.function(), x, {block.weight}).sum().backward();
    EXPECT_EQ(x.grad().defined(), of_input);
    EXPECT_EQ(block.weight.grad().defined(), !of_input);
  }
  CountedBlock frozen{random.normal({4, 4})};
  EXPECT_FALSE(
      checkpointed(frozen.function(), random.normal({3, 4}), {frozen.weight}).requires_grad());
}

TEST(Checkpointed, AParameterThatChangedInBetweenIsAnError) {
  TinyPrompts random(3);
  CountedBlock block{random.normal({4, 4}).requires_grad_()};
  const auto y = checkpointed(block.function(), random.normal({3, 4}), {block.weight});
  {
    const at::NoGradGuard no_grad;
    block.weight.mul_(2.0);
  }
  EXPECT_THROW(y.sum().backward(), c10::Error);
}

struct Case {
  std::string name;
  bool tied, trains_vision;
  bool trains_adapter = false;  ///< And nothing else.
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

bool is_trained(const Case& c, const std::string& name) {
  if (c.trains_adapter) return name.find(".lora_") != std::string::npos;
  return c.trains_vision || !name.starts_with("visual.");
}

struct Results {
  at::Tensor features, hidden;
  std::map<std::string, at::Tensor> gradients;
};

/// Two passes of several groups each, their gradients added up.
Results run(const Case& c, bool checkpoint_blocks) {
  const test::TemporaryFolder folder;
  const auto model =
      load_model(test::make_tiny_model_folder(folder.path(), {{"tie_word_embeddings", c.tied}}),
                 {.random_weights = true, .seed = 5, .checkpoint_blocks = checkpoint_blocks});
  if (c.trains_adapter) {
    for (const auto& [a, b] : add_adapter(*model, {.rank = 3}, "", 7).pairs->trained) b.fill_(0.01);
  }
  for (const auto& [name, tensor] : model->parameters().entries())
    tensor.set_requires_grad(is_trained(c, name));
  TinyPrompts random(31);
  Results results;
  for (int pass = 0; pass < 2; ++pass) {
    GroupBatch batch;
    batch.groups.push_back(test::make_group(*model, random.video(2, 6, 10, 4),
                                            {random.ids(7), random.ids(1), random.ids(5)}));
    batch.groups.push_back(
        test::make_group(*model, random.text(9), {random.ids(3), random.ids(3)}));
    results.features = batch.groups[0].vision_features.detach();
    const auto hidden = model->response_hidden(batch);
    results.hidden = hidden.detach();
    const auto logits = at::linear(hidden, model->head_weight());
    (at::log_softmax(logits, -1) * random.normal(logits.sizes())).sum().backward();
  }
  for (const auto& [name, tensor] : model->parameters().entries())
    results.gradients[name] = tensor.grad();
  return results;
}

class CheckpointedModel : public ::testing::TestWithParam<Case> {};

TEST_P(CheckpointedModel, GivesTheSameBits) {
  const auto plain = run(GetParam(), false), checkpointed = run(GetParam(), true);
  EXPECT_TRUE(at::equal(plain.features, checkpointed.features));
  EXPECT_TRUE(at::equal(plain.hidden, checkpointed.hidden));
  for (const auto& [name, gradient] : plain.gradients) {
    const auto& other = checkpointed.gradients.at(name);
    ASSERT_EQ(gradient.defined(), other.defined()) << name;
    EXPECT_EQ(gradient.defined(), is_trained(GetParam(), name)) << name;
    if (gradient.defined()) EXPECT_TRUE(at::equal(gradient, other)) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, CheckpointedModel,
                         ::testing::Values(Case{"tied", true, true}, Case{"untied", false, true},
                                           Case{"frozen_tower", true, false},
                                           Case{"adapter", true, false, true}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace vrlt::model
