#include "vrlt/optim/gradient_sum.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/gathered_gradients.h"
#include "tests/support/thread_ranks.h"
#include "vrlt/optim/sum_type.h"

namespace vrlt::optim {
namespace {

at::Tensor parameter_of(int64_t size, at::ScalarType dtype) {
  return at::zeros({size}, dtype).requires_grad_();
}

/// What the sum of these gradients, one per pass, is on `world_size` ranks; pass i is of rank i %
/// world_size.
at::Tensor sum_of(const std::vector<double>& passes, at::ScalarType dtype, int world_size,
                  const ShardingConfig& config = {}) {
  std::vector<at::Tensor> of_ranks(static_cast<size_t>(world_size));
  test::ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
    const auto parameter = parameter_of(1, dtype);
    const ParameterSlices slices({{"weight", parameter}}, group);
    GradientSum sum(slices, config);
    for (size_t pass = static_cast<size_t>(group.rank());
         pass < (passes.size() + static_cast<size_t>(world_size) - 1) /
                    static_cast<size_t>(world_size) * static_cast<size_t>(world_size);
         pass += static_cast<size_t>(world_size)) {
      if (pass >= passes.size()) {
        sum.pass_idly();
        continue;
      }
      parameter.mutable_grad() = at::tensor({passes[pass]}, at::kDouble).to(dtype);
      sum.take();
      EXPECT_FALSE(parameter.grad().defined()) << "the next pass would add it again";
    }
    sum.finish();
    of_ranks[static_cast<size_t>(group.rank())] =
        slices.own().empty() ? at::Tensor() : slices.own()[0].second.grad();
  });
  for (size_t rank = 1; rank < of_ranks.size(); ++rank)
    EXPECT_FALSE(of_ranks[rank].defined()) << "one element is of one rank";
  return of_ranks[0];
}

constexpr const char* kModes[] = {"optimizer", "gradients"};

// In float32, 1 + 2^-30 is 1, and what is left after - 1 depends on the order. In float64 all of it
// is exact.
TEST(GradientSum, RoundsOnceOnAnyNumberOfRanks) {
  const double small = std::ldexp(1.0, -30);
  for (const char* mode : kModes)
    for (const int world_size : {1, 2, 3, 4}) {
      const auto sum = sum_of({1.0, small, -1.0, small}, at::kFloat, world_size, {.shard = mode});
      EXPECT_EQ(sum.scalar_type(), at::kFloat);
      EXPECT_EQ(sum.item<double>(), 2 * small) << world_size << " ranks, " << mode;
    }
}

// In bfloat16, of 8 bits, 256 + 1 is 256.
TEST(GradientSum, BFloat16IsAddedUpInFloat32) {
  for (const char* mode : kModes)
    for (const int world_size : {1, 3}) {
      const auto sum =
          sum_of(std::vector<double>(300, 1.0), at::kBFloat16, world_size, {.shard = mode});
      EXPECT_EQ(sum.scalar_type(), at::kFloat)
          << "as the optimizer's master copy: rounding back would lose it again";
      EXPECT_EQ(sum.item<double>(), 300.0) << world_size << " ranks, " << mode;
    }
}

// 1 + 2^-30 - 1 in float32 is 0 or 2^-30, by the order; in float64 always 2^-30.
TEST(GradientSum, ExactSumsOfBFloat16AreInFloat64) {
  const double small = std::ldexp(1.0, -30);
  for (const char* mode : kModes)
    for (const int world_size : {1, 2, 3})
      EXPECT_EQ(
          sum_of({1.0, small, -1.0}, at::kBFloat16, world_size, {.shard = mode, .exact_sums = true})
              .item<double>(),
          small)
          << world_size << " ranks, " << mode;
}

/// The gradients that finish() gave, of all ranks together: undefined where there is none.
std::vector<at::Tensor> given(const ParameterSlices& slices) {
  std::vector<at::Tensor> all;
  const auto whole = test::gathered_gradients(slices);
  std::vector<double> held(slices.parameters().size(), 0.0);
  for (size_t i = 0; i < slices.own().size(); ++i)
    held[slices.slices()[i].parameter] = slices.own()[i].second.grad().defined();
  held = slices.group().all_reduce_sum(held);
  int64_t begin = 0;
  for (size_t i = 0; i < slices.parameters().size(); ++i) {
    const int64_t size = slices.parameters()[i].second.numel();
    all.push_back(held[i] > 0 ? whole.narrow(0, begin, size) : at::Tensor());
    begin += size;
  }
  return all;
}

// Sums of float32, of bfloat16 parameters, before and behind must not make it one: there 1 + 2^-30
// is 1.
TEST(GradientSum, EachTypeKeepsItsOwn) {
  for (const char* mode : kModes)
    test::ThreadRanks(2).run([&](distributed::ProcessGroup& group) {
      const auto first = parameter_of(1, at::kBFloat16), wide = parameter_of(1, at::kFloat),
                 last = parameter_of(1, at::kBFloat16);
      const ParameterSlices slices({{"first", first}, {"wide", wide}, {"last", last}}, group);
      GradientSum sum(slices, {.shard = mode});
      for (const double value : group.rank() == 0 ? std::vector<double>{1.0, std::ldexp(1.0, -30)}
                                                  : std::vector<double>{0.0, -1.0}) {
        for (const auto& parameter : {first, wide, last})
          parameter.mutable_grad() = at::tensor({value}, at::kDouble).to(parameter.scalar_type());
        sum.take();
      }
      sum.finish();
      const auto gradients = given(slices);
      EXPECT_EQ(gradients[0].item<double>(), 0.0);
      EXPECT_EQ(gradients[1].item<double>(), std::ldexp(1.0, -30));
      EXPECT_EQ(gradients[2].item<double>(), 0.0);
    });
}

TEST(GradientSum, StartsAgainAfterEachStep) {
  const auto parameter = parameter_of(2, at::kDouble);
  GradientSum sum({{"weight", parameter}});
  for (int step = 0; step < 2; ++step) {
    parameter.mutable_grad() = at::ones({2}, at::kDouble);
    sum.take();
    sum.finish();
    EXPECT_EQ(parameter.grad().sum().item<double>(), 2.0);
    parameter.mutable_grad() = at::Tensor();
  }
}

TEST(GradientSum, AParameterWithoutGradientStaysWithoutUnlessARankHasOne) {
  for (const char* mode : kModes)
    test::ThreadRanks(2).run([&](distributed::ProcessGroup& group) {
      const auto everywhere = parameter_of(1, at::kFloat), on_one = parameter_of(300, at::kFloat),
                 nowhere = parameter_of(1, at::kFloat);
      const ParameterSlices slices(
          {{"everywhere", everywhere}, {"on_one", on_one}, {"nowhere", nowhere}}, group);
      GradientSum sum(slices, {.shard = mode});
      everywhere.mutable_grad() = at::ones({1});
      if (group.rank() == 1) on_one.mutable_grad() = at::ones({300});
      sum.take();
      sum.finish();
      const auto gradients = given(slices);
      EXPECT_EQ(gradients[0].item<double>(), 2.0);
      ASSERT_TRUE(gradients[1].defined());
      EXPECT_TRUE(at::equal(gradients[1], at::ones({300}, at::kDouble)));
      EXPECT_FALSE(gradients[2].defined());
    });
}

/// A chain of layers, each a product by its weight: every backward pass goes through all of them.
struct Chain {
  explicit Chain(int64_t layers) {
    for (int64_t i = 0; i < layers; ++i)
      parameters.emplace_back("layers." + std::to_string(i) + ".weight",
                              at::full({100}, 1.0 + static_cast<double>(i)).requires_grad_());
    parameters.emplace_back("norm", at::ones({100}).requires_grad_());
  }
  void backward(double input) const {
    auto x = at::full({100}, input);
    for (const auto& [name, weight] : parameters) x = x * weight;
    x.sum().backward();
  }
  NamedTensors parameters;
};

// Of 1 * 2 * 3 * input the derivative by a weight is 6 * input over the weight; inputs 2 and 5 on
// one rank, 1 on the other, add up to 8.
TEST(GradientSum, ABackwardPassHandsGradientsOverByItself) {
  for (const char* mode : kModes)
    for (const int world_size : {1, 2})
      test::ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
        const Chain chain(3);
        const ParameterSlices slices(chain.parameters, group);
        GradientSum sum(slices, {.shard = mode});
        const bool first = group.is_first();
        std::vector<double> inputs =
            first ? std::vector<double>{2.0, 5.0} : std::vector<double>{1.0};
        if (world_size == 1) inputs.push_back(1.0);
        for (const double input : inputs) {
          chain.backward(input);
          for (size_t i = 0; i < 3; ++i)
            EXPECT_FALSE(chain.parameters[i].second.grad().defined())
                << "gradients of a whole model do not live together";
          sum.take();
        }
        if (!first) sum.pass_idly();
        sum.finish();
        const auto gradients = given(slices);
        for (size_t i = 0; i < 3; ++i)
          EXPECT_TRUE(at::equal(
              gradients[i], at::full({100}, 48.0 / (1.0 + static_cast<double>(i)), at::kDouble)));
        EXPECT_TRUE(at::equal(gradients[3], at::full({100}, 48.0, at::kDouble)));
      });
}

// It is as large as the embedding's, and would wait through the whole backward pass.
TEST(GradientSum, TheHeadIsHandedOverBeforeTheLayersAreGoneBack) {
  test::ThreadRanks(2).run([&](distributed::ProcessGroup& group) {
    const auto layer = parameter_of(100, at::kFloat), head = parameter_of(100, at::kFloat);
    const ParameterSlices slices({{"layers.0.weight", layer}, {"lm_head.weight", head}}, group);
    GradientSum sum(slices, {.shard = "gradients"});
    bool waits = true;
    const auto x = layer.add(1.0);
    x.register_hook([&](const at::Tensor&) { waits = head.grad().defined(); });
    x.mul(head.add(2.0)).sum().backward();
    EXPECT_FALSE(waits);
    sum.take();
    sum.finish();
    for (const auto& gradient : given(slices)) {
      ASSERT_TRUE(gradient.defined());
    }
    // of (layer + 1) (head + 2) at 0, on two ranks: 2 * 2 by the layer, 2 * 1 by the head
    EXPECT_TRUE(at::equal(given(slices)[0], at::full({100}, 4.0, at::kDouble)));
    EXPECT_TRUE(at::equal(given(slices)[1], at::full({100}, 2.0, at::kDouble)));
  });
}

TEST(GradientSum, LeavesNothingBehindInTheParameters) {
  const Chain chain(2);
  { const GradientSum sum(chain.parameters); }
  chain.backward(1.0);
  for (const auto& [name, parameter] : chain.parameters)
    EXPECT_TRUE(parameter.grad().defined()) << name << ": nobody takes it any more";
}

TEST(GradientSum, IsInTheTypeAboveThatOfTheParameter) {
  EXPECT_EQ(sum_type(at::kBFloat16, {}), at::kFloat);
  EXPECT_EQ(sum_type(at::kBFloat16, {.exact_sums = true}), at::kDouble);
  EXPECT_EQ(sum_type(at::kFloat, {}), at::kDouble);
  EXPECT_EQ(sum_type(at::kDouble, {}), at::kDouble);
}

}  // namespace
}  // namespace vrlt::optim
