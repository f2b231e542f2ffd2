// A model whose layers are cut over ranks computes what the whole one computes, to the last bit,
// and each rank opens its part and no more.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/thread_ranks.h"
#include "tests/support/tiny_family.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/checkpoint/layer_names.h"
#include "vrlt/core/error.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/model/finite_weights.h"
#include "vrlt/model/held_parameters.h"
#include "vrlt/model/model_adapter.h"

namespace vrlt::model {
namespace {

using distributed::ProcessGroup;

/// More layers than are here at once.
class ShardedLayers : public ::testing::TestWithParam<test::TinyFamily> {
 protected:
  ShardedLayers() {
    const io::Json layers = {{"num_hidden_layers", 5}};
    const bool is_nested = GetParam().config().contains("text_config");
    make_tiny_family_folder(GetParam(), folder_.path() / "config",
                            is_nested ? io::Json{{"text_config", layers}} : layers);
    open("config", nullptr, true)->save(folder_.path() / "stored");
  }

  std::unique_ptr<VisionLanguageModel> open(const std::string& name,
                                            std::shared_ptr<const distributed::ShardRanks> ranks,
                                            bool random_weights = false,
                                            bool checkpoint_blocks = false) const {
    return load_model(folder_.path() / name, {.random_weights = random_weights,
                                              .seed = 7,
                                              .checkpoint_blocks = checkpoint_blocks,
                                              .layers_over = std::move(ranks)});
  }

  /// A text, and a video whose levels are added between layers where the family has some.
  static GroupBatch batch(VisionLanguageModel& model) {
    test::TinyPrompts random(11);
    GroupBatch batch;
    batch.groups.push_back({.prompt = random.text(9), .responses = {random.ids(4), random.ids(6)}});
    batch.groups.push_back(test::make_group(model, video_of(GetParam(), random, 2, 4, 6, 3),
                                            {random.ids(5), random.ids(2)}));
    return batch;
  }

  test::TemporaryFolder folder_;
};

std::shared_ptr<const distributed::ShardRanks> over(ProcessGroup& group) {
  return std::make_shared<const distributed::ShardRanks>(group);
}

TEST_P(ShardedLayers, AreOpenedByPart) {
  const auto whole = open("stored", nullptr);
  for (const bool random : {false, true})
    test::ThreadRanks(3).run([&](ProcessGroup& group) {
      const auto model = open(random ? "config" : "stored", over(group), random);
      int64_t of_layers = 0, held = 0;
      for (const auto& [name, shape, begin, values] : held_parameters(model->parameters())) {
        const auto& expected = whole->parameters().at(name);
        EXPECT_EQ(shape, expected.sizes().vec()) << name;
        EXPECT_TRUE(at::equal(values, expected.flatten().narrow(0, begin, values.numel()))) << name;
        if (!checkpoint::layer_of(name).empty()) held += values.numel();
      }
      for (const auto& [name, tensor] : whole->parameters().entries())
        if (!checkpoint::layer_of(name).empty()) of_layers += tensor.numel();
      EXPECT_LT(std::abs(held - of_layers / 3), of_layers / 10) << "a third, but for padding";
      EXPECT_EQ(model->parameters().num_elements(), whole->parameters().num_elements());
    });
}

TEST_P(ShardedLayers, GiveTheStatesAndGradientsOfTheWholeModel) {
  const auto whole = open("stored", nullptr);
  for (const auto& entry : whole->parameters().entries()) entry.tensor.set_requires_grad(true);
  const auto expected = whole->response_hidden(batch(*whole));
  expected.square().sum().backward();
  for (const bool checkpoints : {false, true})
    test::ThreadRanks(2).run([&](ProcessGroup& group) {
      const auto model = open("stored", over(group), false, checkpoints);
      for (const auto& entry : model->parameters().entries()) entry.tensor.set_requires_grad(true);
      for (int pass = 0; pass < 2; ++pass) {
        const auto hidden = model->response_hidden(batch(*model));
        EXPECT_TRUE(at::equal(hidden, expected));
        hidden.square().sum().backward();
        for (const auto& [name, tensor] : model->parameters().entries()) {
          const auto& gradient = whole->parameters().at(name).grad();
          EXPECT_EQ(tensor.grad().defined(), gradient.defined()) << name;
          if (gradient.defined()) {
            EXPECT_TRUE(at::equal(tensor.grad(), gradient)) << name;
          }
          tensor.mutable_grad() = at::Tensor();
        }
      }
    });
}

TEST_P(ShardedLayers, DecodeAsTheWholeModel) {
  const auto decode = [&](VisionLanguageModel& model) {
    at::Tensor last;
    const auto given = batch(model);
    auto cache = model.prefill(given.groups, &last);
    cache.fork(2);
    std::vector<at::Tensor> states = {last};
    for (int64_t step = 0; step < 3; ++step)
      states.push_back(model.decode(at::arange(5 + step, 9 + step, at::kLong).view({2, 2}), cache));
    return at::cat(states);
  };
  const auto expected = decode(*open("stored", nullptr));
  test::ThreadRanks(2).run([&](ProcessGroup& group) {
    const auto model = open("stored", over(group));
    EXPECT_TRUE(at::equal(decode(*model), expected)) << "by layers";
    const distributed::WholeBlocks all(model->parameters().sharded_blocks());
    EXPECT_TRUE(at::equal(decode(*model), expected)) << "whole";
  });
}

TEST_P(ShardedLayers, HaveTheFingerprintOfTheWholeModel) {
  const auto expected = base_fingerprint(*open("stored", nullptr));
  test::ThreadRanks(3).run([&](ProcessGroup& group) {
    EXPECT_EQ(base_fingerprint(*open("stored", over(group))), expected);
  });
}

TEST_P(ShardedLayers, AreNotSavedByOneRank) {
  test::ThreadRanks(2).run([&](ProcessGroup& group) {
    const auto model = open("stored", over(group));
    EXPECT_THROW(model->save(folder_.path() / "again"), ContractError);
  });
}

TEST_P(ShardedLayers, ANumberThatIsNotFiniteIsFoundWhereItIsHeld) {
  test::ThreadRanks(2).run([&](ProcessGroup& group) {
    const auto model = open("stored", over(group));
    const auto name = concat(GetParam().text_prefix, "layers.3.mlp.down_proj.weight");
    auto* blocks = model->parameters().sharded_blocks();
    for (const auto& [begin, values] : blocks->held(name))
      if (begin == 0) values[0].fill_(std::numeric_limits<double>::infinity());
    const int64_t finders = group.all_reduce_sum(
        static_cast<int64_t>(first_not_finite(model->parameters()).has_value()));
    EXPECT_EQ(finders, 1);
  });
}

INSTANTIATE_TEST_SUITE_P(Families, ShardedLayers, ::testing::ValuesIn(test::kTinyFamilies),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace vrlt::model
