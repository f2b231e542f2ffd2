// Any way of spreading an update over ranks ends in the weights of one rank.
#include "vrlt/optim/sharded_optimizer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/counted_group.h"
#include "tests/support/optimizer_task.h"
#include "tests/support/thread_ranks.h"
#include "vrlt/core/error.h"
#include "vrlt/optim/adamw.h"

namespace vrlt::optim {
namespace {

using test::OptimizerTask;

struct Way {
  int world_size;
  ShardingConfig config;
};
std::vector<Way> all_ways() {
  std::vector<Way> ways;
  for (const char* mode : {"optimizer", "gradients"})
    for (const int world_size : {1, 2, 3, 4}) {
      ways.push_back({world_size, {.shard = mode}});
      if (world_size == 4) ways.push_back({world_size, {.shard = mode, .shard_ranks = 2}});
    }
  return ways;
}
std::string text_of(const Way& way) {
  return way.config.shard + " on " + std::to_string(way.world_size) + " ranks, " +
         std::to_string(way.config.shard_ranks) + " to a group";
}

TEST(ShardedOptimizer, EveryWayEndsInTheWeightsAndTheStateOfPlainTraining) {
  std::vector<double> expected_norms;
  const auto expected = OptimizerTask::plain_training(&expected_norms);
  for (const auto& way : all_ways()) {
    SCOPED_TRACE(text_of(way));
    test::ThreadRanks(way.world_size).run([&](distributed::ProcessGroup& group) {
      const auto parameters = OptimizerTask::parameters_of(at::kFloat);
      ShardedOptimizer optimizer(parameters, OptimizerTask::make, group, way.config);
      std::vector<double> norms;
      OptimizerTask::train(optimizer, parameters, 0, OptimizerTask::kUpdates, group, &norms);
      for (size_t i = 0; i < norms.size(); ++i)
        EXPECT_NEAR(norms[i] / expected_norms[i], 1.0, 1e-14) << "sums of squares in another order";
      OptimizerTask::expect_equal(parameters, expected, 0);
      OptimizerTask::expect_equal(OptimizerTask::whole_state(optimizer, group), expected,
                                  parameters.size());
    });
  }
}

TEST(ShardedOptimizer, GoesOnWithAnotherNumberOfRanksAsIfNeverStopped) {
  std::vector<double> norms;
  const auto expected = OptimizerTask::plain_training(&norms);
  for (const auto& before : all_ways())
    for (const auto& after : all_ways()) {
      if (before.config.shard_ranks != 0 && after.config.shard_ranks != 0) continue;
      SCOPED_TRACE(text_of(before) + ", then " + text_of(after));
      NamedTensors weights, state;
      test::ThreadRanks(before.world_size).run([&](distributed::ProcessGroup& group) {
        const auto parameters = OptimizerTask::parameters_of(at::kFloat);
        ShardedOptimizer optimizer(parameters, OptimizerTask::make, group, before.config);
        OptimizerTask::train(optimizer, parameters, 0, 2, group);
        auto whole = OptimizerTask::whole_state(optimizer, group);
        if (!group.is_first()) return;
        state = std::move(whole);
        for (const auto& [name, weight] : parameters)
          weights.emplace_back(name, weight.detach().clone());
      });
      test::ThreadRanks(after.world_size).run([&](distributed::ProcessGroup& group) {
        NamedTensors parameters;
        for (const auto& [name, weight] : weights)
          parameters.emplace_back(name, weight.clone().requires_grad_());
        ShardedOptimizer optimizer(parameters, OptimizerTask::make, group, after.config);
        optimizer.load_state(state);
        OptimizerTask::train(optimizer, parameters, 2, OptimizerTask::kUpdates, group);
        OptimizerTask::expect_equal(parameters, expected, 0);
        OptimizerTask::expect_equal(OptimizerTask::whole_state(optimizer, group), expected,
                                    parameters.size());
      });
    }
}

// Sums of bfloat16 gradients in float64 do not depend on their order.
TEST(ShardedOptimizer, ExactSumsOfBFloat16DoNotDependOnTheRanks) {
  NamedTensors expected;
  for (auto way : all_ways()) {
    SCOPED_TRACE(text_of(way));
    way.config.exact_sums = true;
    test::ThreadRanks(way.world_size).run([&](distributed::ProcessGroup& group) {
      const auto parameters = OptimizerTask::parameters_of(at::kBFloat16);
      ShardedOptimizer optimizer(parameters, OptimizerTask::make, group, way.config);
      OptimizerTask::train(optimizer, parameters, 0, OptimizerTask::kUpdates, group);
      auto all = parameters;
      for (auto& state : OptimizerTask::whole_state(optimizer, group))
        all.push_back(std::move(state));
      if (expected.empty()) expected = all;  // one rank, the first way
      OptimizerTask::expect_equal(all, expected, 0);
    });
  }
}

TEST(ShardedOptimizer, ALargeElementOnOneRankIsSeenByAllAndCountsOnce) {
  // 1e4 in the last element of all, and 3 in the first: the norm is the root of 1e8 + 9.
  for (const auto& way : all_ways()) {
    SCOPED_TRACE(text_of(way));
    test::ThreadRanks(way.world_size).run([&](distributed::ProcessGroup& group) {
      const auto parameters = OptimizerTask::parameters_of(at::kFloat);
      ShardedOptimizer optimizer(parameters, OptimizerTask::make, group, way.config);
      for (const auto& [name, parameter] : parameters)
        parameter.mutable_grad() = at::zeros_like(parameter);
      if (group.rank() + 1 == group.world_size()) parameters.back().second.grad()[-1].fill_(1e4);
      if (group.is_first()) parameters.front().second.grad().flatten()[0].fill_(3.0);
      optimizer.gradients().take();
      EXPECT_DOUBLE_EQ(optimizer.finish_gradients(1.0), std::sqrt(1e8 + 9.0));
    });
  }
}

TEST(ShardedOptimizer, AGradientThatIsNotFiniteOnOneRankShowsOnAllAndIsForgotten) {
  for (const auto& way : all_ways()) {
    SCOPED_TRACE(text_of(way));
    test::ThreadRanks(way.world_size).run([&](distributed::ProcessGroup& group) {
      const auto parameters = OptimizerTask::parameters_of(at::kFloat),
                 before = OptimizerTask::parameters_of(at::kFloat);
      ShardedOptimizer optimizer(parameters, OptimizerTask::make, group, way.config);
      parameters[1].second.mutable_grad() = at::ones({40, 50});
      if (group.rank() + 1 == group.world_size()) parameters[1].second.grad()[39][49].fill_(NAN);
      optimizer.gradients().take();
      EXPECT_TRUE(std::isnan(optimizer.finish_gradients(1.0)));
      optimizer.drop_gradients();
      OptimizerTask::expect_equal(parameters, before, 0);
      optimizer.gradients().take();
      EXPECT_EQ(optimizer.finish_gradients(1.0), 0.0) << "nothing is left of it";
    });
  }
}

/// Elements of all units, each rounded up to whole pieces.
int64_t padded_elements(const ParameterSlices& slices) {
  int64_t elements = 0;
  for (const auto& unit : slices.units())
    elements += unit.layout.piece_size() * unit.layout.num_pieces();
  return elements;
}

// The least: a rank sends each part of its sums to the rank it is of, and its new weights to all
// others; (N-1)/N of 8 bytes per element once per update or once per pass, and (N-1)/N of 4.
TEST(ShardedOptimizer, SendsNoMoreThanItMust) {
  constexpr int kRanks = 4;
  for (const char* mode : {"optimizer", "gradients"})
    test::ThreadRanks(kRanks).run([&](distributed::ProcessGroup& group) {
      test::CountedGroup counted(group);
      const auto parameters = OptimizerTask::parameters_of(at::kFloat);
      const int64_t elements = padded_elements(ParameterSlices(parameters, counted));
      ShardedOptimizer optimizer(parameters, OptimizerTask::make, counted, {.shard = mode});
      OptimizerTask::train(optimizer, parameters, 0, 1, counted);
      // five passes are two of each rank
      const int64_t exchanges = std::string(mode) == "gradients" ? 2 : 1;
      EXPECT_EQ(counted.exchanged(), exchanges * 8 * elements * (kRanks - 1) / kRanks) << mode;
      EXPECT_EQ(counted.gathered(), 4 * elements * (kRanks - 1) / kRanks) << mode;
    });
}

TEST(ShardedOptimizer, StateOfEachRankIsItsShare) {
  test::ThreadRanks(4).run([](distributed::ProcessGroup& group) {
    const auto parameters = NamedTensors{{"layers.0.w", at::zeros({1024}).requires_grad_()}};
    const ShardedOptimizer optimizer(parameters, OptimizerTask::make, group);
    int64_t bytes = 0;
    for (const auto& piece : optimizer.state_pieces())
      if (!piece.shape.empty()) bytes += static_cast<int64_t>(piece.values.nbytes());
    EXPECT_EQ(bytes, 1024 / 4 * 8);  // two moments in float32
  });
}

TEST(ShardedOptimizer, RefusesAStateThatDoesNotFit) {
  test::ThreadRanks(2).run([](distributed::ProcessGroup& group) {
    const auto parameters = OptimizerTask::parameters_of(at::kFloat);
    ShardedOptimizer optimizer(parameters, OptimizerTask::make, group);
    const auto state = OptimizerTask::whole_state(optimizer, group);
    auto missing = state;
    missing.pop_back();
    EXPECT_THROW(optimizer.load_state(missing), CheckpointError) << "on every rank";
    auto reshaped = state;
    reshaped[0].second = reshaped[0].second.flatten();
    EXPECT_THROW(optimizer.load_state(reshaped), CheckpointError);
  });
}

// What pieces rest on: LibTorch's kernel gives the same bits on a whole tensor and on pieces of it
// that begin at multiples of 64.
TEST(ShardedOptimizer, TheKernelGivesTheSameBitsOnPieces) {
  constexpr int64_t kSize = 100'003;
  const auto whole = OptimizerTask::random({kSize}, 1, at::kFloat).requires_grad_(),
             cut = whole.detach().clone().requires_grad_();
  AdamW of_whole({{"w", whole}}, OptimizerTask::kAdamW);
  NamedTensors pieces;
  const distributed::ShardLayout layout({kSize}, 7);
  for (int64_t piece = 0; piece < 7; ++piece)
    for (const auto& span : layout.spans(piece))
      pieces.emplace_back("w" + std::to_string(piece),
                          cut.detach().narrow(0, span.begin, span.count));
  AdamW of_pieces(pieces, OptimizerTask::kAdamW);
  for (int64_t update = 0; update < 5; ++update) {
    const auto gradient =
        OptimizerTask::random({kSize}, static_cast<uint64_t>(10 + update), at::kFloat);
    whole.mutable_grad() = gradient.clone();
    int64_t begin = 0;
    for (const auto& [name, piece] : pieces) {
      piece.mutable_grad() = gradient.narrow(0, begin, piece.numel()).clone();
      begin += piece.numel();
    }
    of_whole.step(1e-3);
    of_pieces.step(1e-3);
  }
  EXPECT_TRUE(at::equal(whole.detach(), cut.detach()));
}

}  // namespace
}  // namespace vrlt::optim
