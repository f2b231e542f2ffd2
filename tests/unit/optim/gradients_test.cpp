#include "vrlt/optim/gradients.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace vrlt::optim {
namespace {

TEST(Gradients, ClippingScalesAllTogether) {
  const auto a = at::zeros({2}).requires_grad_(), b = at::zeros({1, 1}).requires_grad_(),
             c = at::zeros({5}).requires_grad_();
  const NamedTensors parameters = {{"a", a}, {"b", b}, {"c", c}};
  const auto give = [&] {
    a.mutable_grad() = at::tensor({3.0, 0.0}, at::kFloat);
    b.mutable_grad() = at::full({1, 1}, 4.0);
  };
  give();
  EXPECT_NEAR(clip_gradients(parameters, 1.0), 5.0, 1e-12);  // 3-4-5; returned before scaling
  EXPECT_NEAR(a.grad()[0].item<double>(), 0.6, 1e-6);
  EXPECT_NEAR(b.grad().item<double>(), 0.8, 1e-6);
  give();
  EXPECT_NEAR(clip_gradients(parameters, 10.0), 5.0, 1e-12);
  EXPECT_EQ(a.grad()[0].item<float>(), 3.0F) << "smaller than the limit: untouched";
  EXPECT_NEAR(clip_gradients(parameters, 0.0), 5.0, 1e-12);
  EXPECT_EQ(b.grad().item<float>(), 4.0F) << "0 does not clip";
}

TEST(Gradients, NormIsSummedInFloat64) {
  // 1 and 2^24 ones: a float32 running sum would stop at 2^24.
  const auto parameter = at::zeros({(1 << 24) + 1}).requires_grad_();
  parameter.mutable_grad() = at::ones_like(parameter);
  EXPECT_DOUBLE_EQ(clip_gradients({{"w", parameter}}, 0.0), std::sqrt((1 << 24) + 1.0));
}

TEST(Gradients, ANotFiniteOneShowsInTheNorm) {
  const auto parameter = at::zeros({3}).requires_grad_();
  for (const double bad : {std::nan(""), HUGE_VAL}) {
    parameter.mutable_grad() = at::tensor({1.0, bad, 2.0}, at::kFloat);
    EXPECT_FALSE(std::isfinite(clip_gradients({{"w", parameter}}, 1.0)));
  }
}

TEST(Gradients, ClearedOnesAreForgotten) {
  const auto a = at::zeros({2}).requires_grad_(), b = at::zeros({1}).requires_grad_();
  a.mutable_grad() = at::ones({2});
  clear_gradients({{"a", a}, {"b", b}});
  EXPECT_FALSE(a.grad().defined());
  EXPECT_EQ(clip_gradients({{"a", a}, {"b", b}}, 1.0), 0.0);
}

}  // namespace
}  // namespace vrlt::optim
