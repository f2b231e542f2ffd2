// Where memory runs out in a pass, all ranks make the update again in smaller ones, and it is that
// of a run which had these from the start.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/fake_device/fake_device.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thread_ranks.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/sharded_optimizer.h"
#include "vrlt/trainer/step/policy_update.h"

namespace vrlt::trainer {
namespace {

struct Way {
  const char* mode;
  int world_size;
  bool checkpoints = false;
  friend void PrintTo(const Way& way, std::ostream* out) {
    *out << way.mode << " on " << way.world_size << (way.checkpoints ? ", checkpointed" : "");
  }
};

struct Outcome {
  std::vector<at::Tensor> weights;  ///< All of them, on the CPU.
  int64_t peak = 0;                 ///< Of the last rank, in bytes.
};

class SmallerPasses : public ::testing::TestWithParam<Way> {
 protected:
  SmallerPasses() {
    test::fake_device();
    test::make_tiny_model_folder(folder_.path(), {{"num_hidden_layers", 4}});
  }

  /// Two updates by two groups on every rank. @param limit  of the last rank, in bytes.
  Outcome train(int64_t micro_batch, std::optional<int64_t> limit = {}) const {
    Outcome outcome;
    const auto& way = GetParam();
    test::ThreadRanks(way.world_size).run([&](distributed::ProcessGroup& group) {
      const auto device = test::fake_device(group.rank());
      test::reset_counts(device);
      const bool is_last = group.rank() + 1 == way.world_size;
      struct Unlimited {
        at::Device device;
        ~Unlimited() { test::limit_memory(device, {}); }
      } unlimited{device};
      if (is_last) test::limit_memory(device, limit);
      auto weights = train_on(device, group, micro_batch);
      if (is_last) outcome = {std::move(weights), test::counts_of(device).peak_bytes};
    });
    return outcome;
  }

 private:
  static optim::ShardedOptimizer optimizer_of(model::VisionLanguageModel& policy,
                                              distributed::ProcessGroup& group) {
    optim::NamedTensors trained;
    for (const auto& [name, tensor] : policy.parameters().entries()) {
      if (policy.is_vision_parameter(name)) continue;
      auto parameter = tensor;
      trained.emplace_back(name, parameter.set_requires_grad(true));
    }
    return {trained,
            [](const optim::NamedTensors& own) {
              return std::make_unique<optim::AdamW>(own, optim::AdamWConfig{});
            },
            group,
            {.shard = GetParam().mode},
            policy.parameters().sharded_blocks()};
  }

  /// Prompts of 40 tokens with two responses of 60: what a pass keeps is more than all else.
  static void start(PolicyUpdate& update, const distributed::ProcessGroup& group) {
    test::TinyPrompts random(7 + static_cast<uint64_t>(group.rank()));
    std::vector<UpdateGroup> groups;
    ByResponse<double> advantages;
    for (int64_t i = 0; i < 2; ++i) {
      groups.push_back({.position = 2 * group.rank() + i,
                        .prompt = random.text(40),
                        .responses = {random.ids(60), random.ids(61)}});
      for (int64_t k = 0; k < 2; ++k)
        advantages[{groups.back().position, k}] = 1.0 + static_cast<double>(i - 2 * k);
    }
    update.start_batch({groups});
    update.measure_anchors();
    update.set_advantages(advantages);
  }

  std::vector<at::Tensor> train_on(at::Device device, distributed::ProcessGroup& group,
                                   int64_t micro_batch) const {
    const auto& way = GetParam();
    model::ModelOptions options{.dtype = at::kFloat,
                                .device = device,
                                .random_weights = true,
                                .seed = 5,
                                .checkpoint_blocks = way.checkpoints};
    if (std::string(way.mode) == "parameters")
      options.layers_over = std::make_shared<const distributed::ShardRanks>(group, 0);
    const auto policy = model::load_model(folder_.path(), options);
    auto optimizer = optimizer_of(*policy, group);
    UpdateSettings settings;
    settings.micro_batch = micro_batch;
    settings.ranks_meet_in_passes =
        way.world_size > 1 && optim::ShardingConfig{.shard = way.mode}.shards_gradients();
    settings.algorithm.passes = 2;
    PolicyUpdate update(settings, *policy, nullptr, group);
    start(update, group);
    for (int64_t number = 0; number < 2; ++number) {
      metrics::MetricSet metrics;
      update.accumulate_gradients(number, optimizer.gradients(), metrics);
      optimizer.finish_gradients(1.0);
      optimizer.step(1e-3);
    }
    test::limit_memory(device, {});
    const distributed::WholeBlocks whole(policy->parameters().sharded_blocks());
    std::vector<at::Tensor> weights;
    for (const auto& [name, tensor] : policy->parameters().entries())
      weights.push_back(tensor.detach().cpu().clone());
    return weights;
  }

  test::TemporaryFolder folder_;
};

int64_t num_different(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  int64_t different = 0;
  for (size_t i = 0; i < a.size(); ++i) different += a[i].ne(b[i]).sum().item<int64_t>();
  return different;
}

// The limits let passes of two groups break off at many a place between their first layer and their
// last gradient.
TEST_P(SmallerPasses, EndInTheWeightsOfARunThatHadThemFromTheStart) {
  const auto expected = train(1), large = train(2);
  ASSERT_LT(expected.peak, large.peak);
  EXPECT_GT(num_different(train(2).weights, expected.weights), 0) << "all passes are alike";
  constexpr int64_t kLimits = 6;
  for (int64_t i = 0; i < kLimits; ++i) {
    const int64_t limit = expected.peak + (large.peak - expected.peak) * i / kLimits;
    const auto got = train(2, limit);
    EXPECT_EQ(num_different(got.weights, expected.weights), 0) << "limit " << limit;
    EXPECT_LE(got.peak, limit);
  }
}

// It ends all ranks in the same way, and says what helps.
TEST_P(SmallerPasses, OfOneGroupThatDoNotFitEndAll) {
  const int64_t limit = train(1).peak * 9 / 10;
  for (const int64_t micro_batch : {1, 2}) try {
      train(micro_batch, limit);
      ADD_FAILURE() << "nothing is thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::kOutOfMemory) << error.what();
      EXPECT_THAT(error.what(), testing::HasSubstr("a pass of one prompt"));
      EXPECT_THAT(error.what(), testing::HasSubstr("video.max_frames"));
    }
}

INSTANTIATE_TEST_SUITE_P(Ways, SmallerPasses,
                         testing::Values(Way{"optimizer", 1}, Way{"optimizer", 2},
                                         Way{"gradients", 2}, Way{"parameters", 2},
                                         Way{"parameters", 3, true}));

}  // namespace
}  // namespace vrlt::trainer
