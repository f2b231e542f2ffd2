#include "vrlt/optim/gradient_sum.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/thread_ranks.h"

namespace vrlt::optim {
namespace {

at::Tensor parameter_of(int64_t size, at::ScalarType dtype) {
  return at::zeros({size}, dtype).requires_grad_();
}

/// What the sum of these gradients, one per pass, is on `world_size` ranks; pass i is of rank i %
/// world_size.
at::Tensor sum_of(const std::vector<double>& passes, at::ScalarType dtype, int world_size) {
  std::vector<at::Tensor> of_ranks(static_cast<size_t>(world_size));
  test::ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
    const auto parameter = parameter_of(1, dtype);
    GradientSum sum({{"weight", parameter}});
    for (size_t pass = static_cast<size_t>(group.rank()); pass < passes.size();
         pass += static_cast<size_t>(world_size)) {
      parameter.mutable_grad() = at::tensor({passes[pass]}, at::kDouble).to(dtype);
      sum.take();
      EXPECT_FALSE(parameter.grad().defined()) << "the next pass would add it again";
    }
    sum.finish(group);
    of_ranks[static_cast<size_t>(group.rank())] = parameter.grad();
  });
  for (const auto& other : of_ranks) EXPECT_TRUE(at::equal(other, of_ranks[0])) << "ranks differ";
  return of_ranks[0];
}

// In float32, 1 + 2^-30 is 1, and what is left after - 1 depends on the order. In float64 all of it
// is exact.
TEST(GradientSum, RoundsOnceOnAnyNumberOfRanks) {
  const double small = std::ldexp(1.0, -30);
  for (const int world_size : {1, 2, 3, 4}) {
    const auto sum = sum_of({1.0, small, -1.0, small}, at::kFloat, world_size);
    EXPECT_EQ(sum.scalar_type(), at::kFloat);
    EXPECT_EQ(sum.item<double>(), 2 * small) << world_size << " ranks";
  }
}

// In bfloat16, of 8 bits, 256 + 1 is 256.
TEST(GradientSum, BFloat16IsAddedUpInFloat32) {
  for (const int world_size : {1, 3}) {
    const auto sum = sum_of(std::vector<double>(300, 1.0), at::kBFloat16, world_size);
    EXPECT_EQ(sum.scalar_type(), at::kFloat)
        << "as the optimizer's master copy: rounding back would lose it again";
    EXPECT_EQ(sum.item<double>(), 300.0) << world_size << " ranks";
  }
}

// Sums of float32, of bfloat16 parameters, before and behind must not make it one: there 1 + 2^-30
// is 1.
TEST(GradientSum, EachTypeKeepsItsOwn) {
  test::ThreadRanks(2).run([](distributed::ProcessGroup& group) {
    const auto first = parameter_of(1, at::kBFloat16), wide = parameter_of(1, at::kFloat),
               last = parameter_of(1, at::kBFloat16);
    GradientSum sum({{"first", first}, {"wide", wide}, {"last", last}});
    for (const double value : group.rank() == 0 ? std::vector<double>{1.0, std::ldexp(1.0, -30)}
                                                : std::vector<double>{-1.0}) {
      for (const auto& parameter : {first, wide, last})
        parameter.mutable_grad() = at::tensor({value}, at::kDouble).to(parameter.scalar_type());
      sum.take();
    }
    sum.finish(group);
    EXPECT_EQ(first.grad().item<double>(), 0.0);
    EXPECT_EQ(wide.grad().item<double>(), std::ldexp(1.0, -30));
    EXPECT_EQ(last.grad().item<double>(), 0.0);
  });
}

TEST(GradientSum, StartsAgainAfterEachStep) {
  const auto parameter = parameter_of(2, at::kDouble);
  GradientSum sum({{"weight", parameter}});
  for (int step = 0; step < 2; ++step) {
    parameter.mutable_grad() = at::ones({2}, at::kDouble);
    sum.take();
    sum.finish(distributed::single_process());
    EXPECT_EQ(parameter.grad().sum().item<double>(), 2.0);
    parameter.mutable_grad() = at::Tensor();
  }
}

TEST(GradientSum, AParameterWithoutGradientStaysWithoutUnlessARankHasOne) {
  test::ThreadRanks(2).run([](distributed::ProcessGroup& group) {
    const auto everywhere = parameter_of(1, at::kFloat), on_one = parameter_of(3, at::kFloat),
               nowhere = parameter_of(1, at::kFloat);
    GradientSum sum({{"everywhere", everywhere}, {"on_one", on_one}, {"nowhere", nowhere}});
    everywhere.mutable_grad() = at::ones({1});
    if (group.rank() == 1) on_one.mutable_grad() = at::ones({3});
    sum.take();
    sum.finish(group);
    EXPECT_EQ(everywhere.grad().item<double>(), 2.0);
    ASSERT_TRUE(on_one.grad().defined()) << "rank " << group.rank();
    EXPECT_TRUE(at::equal(on_one.grad(), at::ones({3})));
    EXPECT_FALSE(nowhere.grad().defined());
  });
}

TEST(GradientSum, TellsTheBytesOfAPassAndItsSum) {
  // A bfloat16 gradient of 2 bytes is added up in 4, a float32 one of 4 bytes in 8, a float64 one
  // of 8 bytes in 8.
  const auto parameter = [](at::ScalarType dtype) {
    return at::zeros({5}, dtype).requires_grad_();
  };
  EXPECT_EQ(GradientSum({{"w", parameter(at::kBFloat16)}}).bytes(), 5 * 6);
  EXPECT_EQ(GradientSum({{"w", parameter(at::kFloat)}, {"v", parameter(at::kFloat)}}).bytes(),
            10 * 12);
  EXPECT_EQ(GradientSum({{"w", parameter(at::kDouble)}}).bytes(), 5 * 16);
}

}  // namespace
}  // namespace vrlt::optim
