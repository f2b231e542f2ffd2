// Aggregation, corrections, entropy and the synchronisation of the reference, each alone.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/grpo_fixture.h"
#include "vrlt/algorithm/objective.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

TEST(RowWeights, NeverDivideByZeroAndKnowTheirNames) {
  for (const auto& mode : aggregation_table())
    for (const double weight : row_weights({0}, {0, 0, 0}, {.mode = mode.name, .const_length = 8}))
      EXPECT_TRUE(std::isfinite(weight)) << mode.name;
  EXPECT_THROW(row_weights({1}, {1, 1, 1}, {.mode = "mean"}), ConfigError);
  EXPECT_THROW(row_weights({1}, {1, 1, 1}, {.mode = "const"}), ContractError)
      << "a length is never guessed";
}

TEST(CorrectionWeights, EveryBound) {
  const test::GrpoFixture fixture;
  const auto batch = fixture.batch(std::vector<double>(6, 1.0));
  const auto last = [&](const char* mode, double low, double high) {
    return correction_weights(batch, {.mode = mode, .min_weight = low, .max_weight = high})[16]
        .item<double>();
  };
  // Row o6 has one token, of weight e^1.2 = 3.320117.
  EXPECT_EQ(last("token_truncate", 0.0, 2.0), 2.0);
  EXPECT_EQ(last("token_mask", 0.0, 2.0), 0.0);
  EXPECT_NEAR(last("token_mask", 0.0, 4.0), 3.320117, 1e-6);
  EXPECT_EQ(last("token_mask", 3.5, 4.0), 0.0);
  EXPECT_EQ(last("token_truncate", 3.5, 4.0), 3.5);
  EXPECT_EQ(last("sequence_truncate", 0.0, 2.0), 2.0);
  EXPECT_EQ(last("sequence_mask", 0.0, 3.0), 0.0);
  EXPECT_EQ(last("none", 0.0, 2.0), 1.0);
}

TEST(OnPolicyMask, DropsBadRowsThatDriftedFromTheSampler) {
  const test::GrpoFixture fixture;
  // Mean of sampler minus policy per row, from d_smp - d: o1 -0.0325, o2 0.13, o3 -0.4333, o4 0.15,
  // o5 -0.2175, o6 -1.3.
  const auto mask = on_policy_mask(fixture.batch({1.0, -1.0, -1.0, 1.0, 1.0, -1.0}), 0.1);
  EXPECT_TRUE(at::equal(mask, fixture.per_token({1, 0, 1, 1, 1, 1}).to(at::kBool)))
      << "o4 drifted too, but is a good one";
  const auto all = on_policy_mask(fixture.batch(std::vector<double>(6, -1.0)), 0.2);
  EXPECT_TRUE(all.all().item<bool>());
}

TEST(EntropyThreshold, IsTheInterpolatedQuantile) {
  const auto entropies = test::GrpoFixture::tensor({3.0, 0.0, 1.0, 2.0, 4.0});
  EXPECT_EQ(entropy_threshold(entropies, 1.0), 0.0);
  EXPECT_DOUBLE_EQ(entropy_threshold(entropies, 0.25), 3.0);
  EXPECT_NEAR(entropy_threshold(entropies, 0.2), 3.2, 1e-12);  // place 0.8 * 4 = 3.2
}

TEST(EntropyBonus, IsTheTokenMeanOrFollowsThePolicyLoss) {
  const test::GrpoFixture fixture;
  auto batch = fixture.batch(std::vector<double>(6, 0.0));
  batch.ref_log_probs = at::Tensor();
  batch.entropy = at::arange(17, at::kDouble).requires_grad_();
  ObjectiveConfig config{.aggregation = {.mode = "seq_mean_token_mean"},
                         .entropy = {.coef = 0.5},
                         .correction = {.mode = "none"}};
  const auto token_mean = objective(batch, {17, 6, 1}, config);
  EXPECT_NEAR(token_mean.entropy.item<double>(), 8.0, 1e-12);
  EXPECT_NEAR(token_mean.loss.item<double>(), -4.0, 1e-12);
  config.entropy.aggregation = "same";
  // Row means 1.5, 4.5, 7, 10, 13.5, 16: their mean is 8.75.
  EXPECT_NEAR(objective(batch, {17, 6, 1}, config).entropy.item<double>(), 8.75, 1e-12);
  EXPECT_THROW(objective(fixture.batch(std::vector<double>(6, 0.0)), {17, 6, 1}, config),
               ContractError);
}

TEST(AdaptedEntropyCoef, StepsTowardsTheTarget) {
  EXPECT_DOUBLE_EQ(adapted_entropy_coef(0.01, 0.3, 0.5), 0.015);
  EXPECT_DOUBLE_EQ(adapted_entropy_coef(0.01, 0.7, 0.5), 0.005);
  EXPECT_EQ(adapted_entropy_coef(0.001, 0.7, 0.5), 0.0);
}

TEST(BiasCorrectedDivergence, IsTimesTheRatioWithItsGradient) {
  // x = 0.5, ratio e^0.2: value 1.221403 (e^0.5 - 1.5) = 0.181648; derivative 1.221403 ((1 - e^0.5)
  // + 0.148721) = -0.610701.
  TokenBatch batch{.log_probs = test::GrpoFixture::tensor({-0.8}).requires_grad_(),
                   .old_log_probs = test::GrpoFixture::tensor({-1.0}),
                   .advantages = test::GrpoFixture::tensor({0.0}),
                   .ref_log_probs = test::GrpoFixture::tensor({-0.3}),
                   .row_lengths = {1}};
  const auto result = objective(batch, {1, 1, 1}, {.kl = {.coef = 1.0, .bias_correction = true}});
  result.loss.backward();
  EXPECT_NEAR(result.loss.item<double>(), 0.181648, 1e-6);
  EXPECT_NEAR(batch.log_probs.grad().item<double>(), -0.610701, 1e-6);
}

}  // namespace
}  // namespace vrlt::algorithm
