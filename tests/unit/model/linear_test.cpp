#include "vrlt/model/layers/linear.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <gtest/gtest.h>

#include "vrlt/model/layers/few_rows.h"

namespace vrlt::model {
namespace {

/// Output and gradients of a product, in float64 by LibTorch's own or in float32 by ours.
std::vector<at::Tensor> run(bool ours, int64_t rows, int64_t in, int64_t out, bool with_bias) {
  auto generator = at::detail::createCPUGenerator(6);
  const auto normal = [&](at::IntArrayRef shape) {
    return at::empty(shape, at::kFloat)
        .normal_(0.0, 1.0, generator)
        .to(ours ? at::kFloat : at::kDouble)
        .set_requires_grad(true);
  };
  const auto x = normal({rows, in}), weight = normal({out, in}),
             bias = with_bias ? normal({out}) : at::Tensor(), grad = normal({rows, out}).detach();
  const auto y = ours ? vrlt::model::linear(x, weight, bias) : at::linear(x, weight, bias);
  (y * grad).sum().backward();
  std::vector<at::Tensor> results = {y.detach(), x.grad(), weight.grad()};
  if (with_bias) results.push_back(bias.grad());
  return results;
}

// Sizes on both sides of those from which other kernels are taken.
TEST(Linear, EqualsTheOperatorInFloat64) {
  for (const auto& [rows, in, out] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
           {1, 7, 5}, {70, 130, 120}, {300, 128, 344}})
    for (const bool with_bias : {false, true}) {
      const auto actual = run(true, rows, in, out, with_bias),
                 expected = run(false, rows, in, out, with_bias);
      for (size_t i = 0; i < expected.size(); ++i)
        // float32
        EXPECT_LE((actual[i] - expected[i]).norm().item<double>(),
                  1e-6 * expected[i].norm().item<double>())
            << rows << " " << i;
    }
}

TEST(Linear, GivesNoGradientToWhatNeedsNone) {
  const auto x = at::ones({300, 128}), weight = at::ones({344, 128}).set_requires_grad(true);
  vrlt::model::linear(x, weight).sum().backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_TRUE(at::equal(weight.grad(), at::full({344, 128}, 300.0)));
  EXPECT_FALSE(vrlt::model::linear(x, weight.detach()).requires_grad());
}

// Rows and weights on both sides of what the kernel for few rows takes: 16 rows, 2^21 weights.
TEST(FewRows, EqualTheOperatorInFloat64) {
  auto generator = at::detail::createCPUGenerator(7);
  const auto normal = [&](at::IntArrayRef shape) {
    return at::empty(shape, at::kFloat).normal_(0.0, 1.0, generator);
  };
  for (const auto& [rows, in, out] : std::vector<std::tuple<int64_t, int64_t, int64_t>>{
           {1, 7, 5}, {6, 64, 33}, {16, 64, 33}, {3, 64, 32769}})
    for (const bool given : {false, true}) {
      const auto x = normal({rows, in}), weight = normal({out, in}),
                 bias = given ? normal({out}) : at::Tensor();
      const auto expected = at::linear(x.to(at::kDouble), weight.to(at::kDouble),
                                       given ? bias.to(at::kDouble) : at::Tensor());
      auto y = given ? at::zeros({rows, out}) : at::Tensor();
      linear_into(x, {.weight = weight, .bias = bias}, y);
      // float32
      EXPECT_LE((y - expected).norm().item<double>(), 1e-6 * expected.norm().item<double>())
          << rows << " " << out;
      auto sum = normal({rows, out});
      const auto expected_sum =
          sum.to(at::kDouble) + at::linear(x.to(at::kDouble), weight.to(at::kDouble));
      add_linear(x, {.weight = weight}, sum);
      EXPECT_LE((sum - expected_sum).norm().item<double>(),
                1e-6 * expected_sum.norm().item<double>())
          << rows << " " << out;
    }
}

}  // namespace
}  // namespace vrlt::model
