#include "vrlt/algorithm/policy_loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "tests/support/grpo_fixture.h"
#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

/// A config that every loss accepts.
PolicyLossConfig complete(const LossEntry& entry, const char* ratio = "token") {
  return {.loss = entry.name,
          .ratio = entry.ratio != nullptr ? entry.ratio : ratio,
          .ratio_max = 1.5,
          .cispo_cap = 5.0};
}

at::Tensor gradient_of(const PolicyLossConfig& config, const TokenBatch& batch,
                       const at::Tensor& weights) {
  (find_loss(config.loss).loss(batch, config) * weights).sum().backward();
  return batch.log_probs.grad();
}

// Losses with constant factors have the gradient of those factors times lp: their derivative is not
// the slope of their value.
TEST(LossTable, GradientsEqualCentralDifferencesWithFrozenFactors) {
  const test::GrpoFixture fixture;
  const auto weights = at::linspace(0.1, 1.0, 17, at::kDouble);
  constexpr double kStep = 1e-6;
  for (const auto& entry : loss_table())
    for (const char* ratio : {"token", "sequence"}) {
      const auto config = complete(entry, ratio);
      const auto batch = fixture.batch({1.0, -0.9, -0.1, -0.6, 1.2, -0.5});
      const auto gradient = gradient_of(config, batch, weights);
      const bool constant_factor =
          std::string(entry.name).starts_with("cispo") || std::string(entry.name) == "vespo";
      for (int64_t i = 0; i < 17; ++i) {
        const auto value = [&](double shift) {
          auto moved = batch;
          moved.log_probs = batch.log_probs.detach().clone();
          moved.log_probs[i] += shift;
          if (!constant_factor) return (entry.loss(moved, config) * weights).sum().item<double>();
          const auto factor = entry.loss(batch, config).detach() / batch.log_probs.detach();
          return (factor * moved.log_probs * weights).sum().item<double>();
        };
        EXPECT_NEAR(gradient[i].item<double>(), (value(kStep) - value(-kStep)) / (2 * kStep), 1e-7)
            << entry.name << " " << ratio << " token " << i;
      }
    }
}

TEST(LossTable, HugeRatiosStayFinite) {
  for (const auto& entry : loss_table())
    for (const auto& ratio : ratio_table())
      for (const double difference : {-500.0, 500.0})
        for (const double advantage : {-1.0, 1.0}) {
          TokenBatch batch{.log_probs = at::full({2}, difference, at::kFloat).requires_grad_(),
                           .old_log_probs = at::zeros({2}),
                           .advantages = at::full({2}, advantage),
                           .row_lengths = {2}};
          const auto gradient = gradient_of(complete(entry, ratio.name), batch, at::ones({2}));
          EXPECT_TRUE(entry.loss(batch, complete(entry, ratio.name)).isfinite().all().item<bool>())
              << entry.name << " " << ratio.name;
          EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << entry.name << " " << ratio.name;
        }
}

TEST(LossTable, UnknownNameListsTheKnownOnes) {
  try {
    find_loss("grpo");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("ppo_clip, ppo_two_sided"), std::string::npos)
        << error.what();
  }
}

TEST(LossTable, WithoutItsCapALossIsRefused) {
  const auto batch = test::GrpoFixture().batch(std::vector<double>(6, 1.0));
  EXPECT_THROW(cispo_loss(batch, {}), ContractError);
  EXPECT_THROW(cispo_loss(batch, {.cispo_cap = 0.2}), ContractError) << "a clip width is no cap";
  EXPECT_THROW(ppo_two_sided_loss(batch, {}), ContractError);
}

TEST(Gmpo, WorkedExample) {
  // One row, A = -2, log-ratios 0.5 and -0.5, clip 0.2: sign -1, so that the larger of plain and
  // clipped counts per token: 0.5 and -0.2, mean 0.15. Loss 2 exp(0.15) = 2.323668; the gradient of
  // token 0 is half of it, token 1 is clipped.
  TokenBatch batch{.log_probs = test::GrpoFixture::tensor({-0.5, -1.5}).requires_grad_(),
                   .old_log_probs = test::GrpoFixture::tensor({-1.0, -1.0}),
                   .advantages = test::GrpoFixture::tensor({-2.0, -2.0}),
                   .row_lengths = {2}};
  const auto loss = gmpo_loss(batch, {});
  EXPECT_NEAR(loss[0].item<double>(), 2.323668, 1e-6);
  EXPECT_NEAR(loss[1].item<double>(), 2.323668, 1e-6);
  loss.mean().backward();
  EXPECT_NEAR(batch.log_probs.grad()[0].item<double>(), 1.161834, 1e-6);
  EXPECT_EQ(batch.log_probs.grad()[1].item<double>(), 0.0);
}

}  // namespace
}  // namespace vrlt::algorithm
