// What training keeps on the device of each rank, by mode and number of ranks.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "tests/support/fake_device/fake_device.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thread_ranks.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/checkpoint/layer_names.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/optim/sharded_optimizer.h"
#include "vrlt/trainer/step/policy_update.h"

namespace vrlt::trainer {
namespace {

struct Bytes {
  int64_t parameters = 0;  ///< Number of weights that train.
  int64_t of_layers = 0;   ///< Of these, in the decoder's layers.
  int64_t live = 0;        ///< Between two steps.
  int64_t peak = 0;        ///< Within a step.
};

constexpr int64_t kLayers = 8;

bool cuts_layers(const std::string& mode, int ranks) { return mode == "parameters" && ranks > 1; }

/// What a rank keeps between steps: bfloat16 weights, of layers that are cut its part and room for
/// two whole ones, and its part of master weights and of two moments in float32.
double expected_live(const Bytes& of, int ranks, const std::string& mode) {
  constexpr double kWeight = 2, kStates = 12;
  const auto all = static_cast<double>(of.parameters), layers = static_cast<double>(of.of_layers);
  const double held =
      cuts_layers(mode, ranks) ? all - layers + layers / ranks + 2 * layers / kLayers : all;
  return held * kWeight + all * kStates / ranks;
}

class PeakBytes : public ::testing::Test {
 protected:
  PeakBytes() {
    test::fake_device();
    test::make_tiny_model_folder(folder_.path(), {{"hidden_size", 256},
                                                  {"intermediate_size", 1024},
                                                  {"num_hidden_layers", kLayers},
                                                  {"rope_scaling", {{"mrope_section", {16, 8, 8}}}},
                                                  {"vision_config", {{"out_hidden_size", 256}}}});
  }

  /// A step of two passes on every rank; of the last rank.
  Bytes train(int world_size, const std::string& mode) const {
    Bytes bytes;
    test::ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
      const auto device = test::fake_device(group.rank());
      test::reset_counts(device);
      const int64_t before = test::counts_of(device).live_bytes;
      const auto found = train_on(device, group, mode);
      if (group.rank() + 1 == world_size)
        bytes = {found.parameters, found.of_layers, found.live - before, found.peak - before};
    });
    return bytes;
  }

 private:
  Bytes train_on(at::Device device, distributed::ProcessGroup& group,
                 const std::string& mode) const {
    model::ModelOptions options{
        .dtype = at::kBFloat16, .device = device, .random_weights = true, .seed = 5};
    if (cuts_layers(mode, group.world_size()))
      options.layers_over = std::make_shared<const distributed::ShardRanks>(group, 0);
    const auto policy = model::load_model(folder_.path(), options);
    optim::NamedTensors trained;
    Bytes bytes;
    for (const auto& [name, tensor] : policy->parameters().entries()) {
      if (policy->is_vision_parameter(name)) continue;
      auto parameter = tensor;
      trained.emplace_back(name, parameter.set_requires_grad(true));
      bytes.parameters += parameter.numel();
      if (!checkpoint::layer_of(name).empty()) bytes.of_layers += parameter.numel();
    }
    optim::ShardedOptimizer optimizer(
        trained,
        [](const optim::NamedTensors& own) {
          return std::make_unique<optim::AdamW>(own, optim::AdamWConfig{});
        },
        group, {.shard = mode}, policy->parameters().sharded_blocks());
    UpdateSettings settings;
    settings.micro_batch = 1;
    settings.ranks_meet_in_passes = mode != "optimizer" && group.world_size() > 1;
    PolicyUpdate update(settings, *policy, nullptr, group);
    test::TinyPrompts random(7);
    std::vector<UpdateGroup> groups;
    ByResponse<double> advantages;
    for (int64_t i = 0; i < 2; ++i) {
      groups.push_back({.position = 2 * group.rank() + i,
                        .prompt = random.text(6),
                        .responses = {random.ids(4), random.ids(5)}});
      for (int64_t k = 0; k < 2; ++k) advantages[{groups.back().position, k}] = 1.0 - 2.0 * k;
    }
    update.start_batch({groups});
    update.set_advantages(advantages);
    metrics::MetricSet metrics;
    update.accumulate_gradients(0, optimizer.gradients(), metrics);
    optimizer.finish_gradients(1.0);
    optimizer.step(1e-4);
    bytes.live = test::counts_of(device).live_bytes;
    bytes.peak = test::counts_of(device).peak_bytes;
    return bytes;
  }

  test::TemporaryFolder folder_;
};

TEST_F(PeakBytes, FallWithRanksAsTheModeSays) {
  std::map<std::pair<std::string, int>, Bytes> found;
  std::printf("  %-10s %6s %14s %14s %14s\n", "mode", "ranks", "live", "expected", "peak");
  for (const char* mode : {"optimizer", "gradients", "parameters"})
    for (const int ranks : {1, 2, 4}) {
      const auto& bytes = found[{mode, ranks}] = train(ranks, mode);
      const double expected = expected_live(bytes, ranks, mode);
      std::printf("  %-10s %6d %14ld %14.0f %14ld\n", mode, ranks, static_cast<long>(bytes.live),
                  expected, static_cast<long>(bytes.peak));
      // the tower's weights, which do not train, and blocks of 512 bytes
      EXPECT_NEAR(static_cast<double>(bytes.live), expected, 0.05 * expected);
    }
  EXPECT_LT((found[{"optimizer", 2}].peak), (found[{"optimizer", 1}].peak));
  EXPECT_LT((found[{"optimizer", 4}].peak), (found[{"optimizer", 2}].peak));
  EXPECT_LT((found[{"gradients", 4}].peak), (found[{"gradients", 2}].peak));
  // Of a model of eight layers: three of them on their way to their sums are less than what sums
  // that are whole hold beside a half or a quarter. Of two layers they are the whole model twice.
  for (const int ranks : {2, 4})
    EXPECT_LT((found[{"gradients", ranks}].peak), (found[{"optimizer", ranks}].peak)) << ranks;
  EXPECT_LT((found[{"parameters", 4}].peak), (found[{"gradients", 4}].peak));
}

}  // namespace
}  // namespace vrlt::trainer
