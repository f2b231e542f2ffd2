#include "vrlt/algorithm/kl.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "tests/support/grpo_fixture.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

struct ValueAndSlope {
  double value, slope;
};

/// Of one token, by its log-prob.
ValueAndSlope at_difference(double x, const KlConfig& config) {
  const auto log_prob = at::full({1}, -1.0, at::kDouble).requires_grad_();
  const auto kl = kl_divergence(log_prob, at::full({1}, -1.0 + x, at::kDouble), config);
  kl.sum().backward();
  return {kl.item<double>(), log_prob.grad().item<double>()};
}

TEST(KlTable, ValuesAndDerivatives) {
  // x = 0.5: e^x = 1.648721. Derivatives by lp = -x's: +1, -sign x, -x, 1 - e^x; of the
  // straight-through ones -x.
  const struct {
    const char* name;
    double value, slope;
  } rows[] = {{"k1", -0.5, 1.0},           {"abs", 0.5, -1.0},  {"k2", 0.125, -0.5},
              {"k3", 0.148721, -0.648721}, {"k1+", -0.5, -0.5}, {"k3+", 0.148721, -0.5}};
  ASSERT_EQ(std::size(rows), kl_table().size());
  for (const auto& row : rows) {
    const auto got = at_difference(0.5, {.estimator = row.name});
    EXPECT_NEAR(got.value, row.value, 1e-6) << row.name;
    EXPECT_NEAR(got.slope, row.slope, 1e-6) << row.name;
  }
  EXPECT_THROW(at_difference(0.5, {.estimator = "k4"}), ConfigError);
}

TEST(KlClamps, TheInputIsBoundedAndTheOutputIsNot) {
  EXPECT_NEAR(at_difference(1000.0, {}).value, std::exp(20.0) - 21.0, 1e-6);
  EXPECT_EQ(at_difference(1000.0, {}).slope, 0.0);
  EXPECT_NEAR(at_difference(3.0, {}).value, std::exp(3.0) - 4.0, 1e-12)
      << "16.1, more than peers' 10";
  EXPECT_NEAR(at_difference(3.0, {}).slope, 1.0 - std::exp(3.0), 1e-12);
}

// The reason why the output clamp is off: it takes the pull from the tokens that drifted most, x
// > 2.611.
TEST(KlClamps, TheOutputClampTakesTheGradient) {
  const KlConfig clamped{.output_clamp = 10.0};
  EXPECT_NEAR(at_difference(2.61, clamped).slope, 1.0 - std::exp(2.61), 1e-12);
  EXPECT_EQ(at_difference(2.62, clamped).value, 10.0);
  EXPECT_EQ(at_difference(2.62, clamped).slope, 0.0);
  EXPECT_NEAR(at_difference(3.0, {.estimator = "k3+", .output_clamp = 10.0}).slope, -3.0, 1e-12)
      << "straight-through keeps it";
}

TEST(KlClamps, K3IsNeverNegativeAndStaysFinite) {
  for (const double x : {-1000.0, -30.0, -3.0, -1e-3, 0.0, 1e-3, 3.0, 30.0, 1000.0}) {
    EXPECT_GE(at_difference(x, {}).value, 0.0) << x;
    EXPECT_TRUE(std::isfinite(at_difference(x, {}).value)) << x;
  }
}

TEST(AdaptedKlCoef, MovesTowardsTheTargetByALimitedStep) {
  // twice the target: error clipped to 0.2; 64 rows of a horizon of 640: 2 % up. Half of it: error
  // -0.5, clipped as well.
  EXPECT_NEAR(adapted_kl_coef(0.1, 2.0, 1.0, 64, 640.0), 0.1 * 1.02, 1e-15);
  EXPECT_NEAR(adapted_kl_coef(0.1, 0.5, 1.0, 64, 640.0), 0.1 * 0.98, 1e-15);
  EXPECT_NEAR(adapted_kl_coef(0.1, 1.1, 1.0, 64, 640.0), 0.1 * 1.01, 1e-12);
}

}  // namespace
}  // namespace vrlt::algorithm
