// The worked example of the specification, to its printed digits: six decimals, so half a unit of the last and a little for
// the six-digit advantages.

#include "vrlt/algorithm/policy_loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/grpo_fixture.h"
#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/kl.h"
#include "vrlt/algorithm/loss_table.h"
#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

constexpr double kTolerance = 1e-6;

struct Case {
  std::string name;
  std::string aggregation;
  AdvantageConfig advantage;
  PolicyLossConfig loss;
  double kl_coef;
  double expected;
  std::vector<double> gradient;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

void expect_near(const at::Tensor& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.numel(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(actual[static_cast<int64_t>(i)].item<double>(), expected[i], kTolerance) << "token " << i;
}

class WorkedExample : public ::testing::TestWithParam<Case> {
 protected:
  /// Value and gradient of the rows [begin, end) with the denominators of the whole step.
  struct Result {
    double loss;
    at::Tensor gradient;
  };
  Result run(size_t begin_row, size_t end_row) const {
    const auto& c = GetParam();
    const StepCounts counts{.tokens = 17, .rows = 6};
    std::vector<double> weights;
    int64_t begin = 0, end = 0;
    for (size_t i = 0; i < fixture_.lengths.size(); ++i) {
      weights.push_back(i >= begin_row && i < end_row ? token_weight(c.aggregation, fixture_.lengths[i], counts) : 0.0);
      if (i < begin_row) begin += fixture_.lengths[i];
      if (i < end_row) end += fixture_.lengths[i];
    }
    const auto part = [&](const at::Tensor& all) { return all.narrow(0, begin, end - begin); };
    const auto log_probs = part(fixture_.log_probs).clone().requires_grad_();
    const auto advantages = part(fixture_.per_token(group_advantages(fixture_.rewards, 3, c.advantage)));
    auto losses = find_loss(c.loss.loss).loss({log_probs, part(fixture_.old_log_probs), advantages}, c.loss);
    if (c.kl_coef > 0) losses = losses + c.kl_coef * k3_divergence(log_probs, part(fixture_.ref_log_probs));
    const auto loss = (losses * part(fixture_.per_token(weights))).sum();
    loss.backward();
    return {loss.item<double>(), log_probs.grad()};
  }

  test::GrpoFixture fixture_;
};

TEST_P(WorkedExample, LossAndGradient) {
  const auto result = run(0, 6);
  EXPECT_NEAR(result.loss, GetParam().expected, kTolerance);
  expect_near(result.gradient, GetParam().gradient);
}

TEST_P(WorkedExample, DoesNotDependOnMicroBatches) {
  for (const size_t rows : {1, 2, 3}) {  // 6, 3 and 2 micro-batches
    double loss = 0;
    std::vector<at::Tensor> gradients;
    for (size_t begin = 0; begin < 6; begin += rows) {
      const auto part = run(begin, begin + rows);
      loss += part.loss;
      gradients.push_back(part.gradient);
    }
    const auto whole = run(0, 6);
    EXPECT_NEAR(loss, whole.loss, 1e-12);
    EXPECT_LE((at::cat(gradients) - whole.gradient).abs().max().item<double>(), 1e-15);
  }
}

const AdvantageConfig kTrl{"group_std", 1e-4}, kVerl{"group_std", 1e-6};

std::vector<Case> worked_examples() {
  const std::vector<double> e2 = {-0.068868, 0,        -0.048531, -0.062314, 0,         0.057321, 0.025861,  0.007048, 0.010002,
                                  0.034642,  0.032300, 0,         0,         -0.067236, 0,        -0.070683, 0.037527};
  auto e4b = e2;
  e4b[12] = -0.084623;  // ratio 1.246 is inside 1.28
  return {
      {"E1_seq_mean_token_mean",
       "seq_mean_token_mean",
       kTrl,
       {},
       0,
       -0.014675,
       {-0.048782, 0, -0.034376, -0.044139, 0, 0.081204, 0.024425, 0.006656, 0.009446, 0.032717, 0.030505, 0, 0, -0.047626, 0, -0.050067, 0.106327}},
      {"E2_token_mean", "token_mean", kTrl, {}, 0, -0.279913, e2},
      {"E4a_batch_std",
       "token_mean",
       {"batch_std", 1e-4},
       {},
       0,
       -0.303199,
       {-0.056509, 0, -0.039821, -0.051132, 0, 0.047034, 0.021220, 0.005783, 0.008207, 0.043471, 0.040532, 0, 0, -0.084372, 0, -0.088697, 0.047091}},
      {"E4b_clip_higher", "token_mean", kTrl, {.clip_ratio_high = 0.28}, 0, -0.293460, e4b},
      // E5c without its dual clip at 3, which touches token 6 alone: there 3.320117 * 0.132453 / 6 = 0.073293 in place of 0, and
      // the loss rises by (3.320117 - 3) * 0.132453 / 6 = 0.007067 from -0.800317.
      {"E5c_seq_mean_token_sum",
       "seq_mean_token_sum",
       kVerl,
       {},
       0,
       -0.793250,
       {-0.195177, 0, -0.137539, -0.176604, 0, 0.162451, 0.073293, 0.019975, 0.028345, 0.098169, 0.091532, 0, 0, -0.190535, 0, -0.200304, 0.106345}},
      {"E9a_seq_mean_token_mean_kl",
       "seq_mean_token_mean",
       kTrl,
       {},
       0.04,
       -0.011621,
       {-0.048700, 0.000432, -0.034461, -0.044315, -0.000738, 0.080665, 0.025743, 0.006543, 0.009938, 0.032761, 0.030013, -0.000234, 0.000188,
        -0.047819, 0.001112, -0.050002, 0.109683}},
      {"E9b_token_mean_kl",
       "token_mean",
       kTrl,
       {},
       0.04,
       -0.277351,
       {-0.068753, 0.000610, -0.048651, -0.062562, -0.000521, 0.056940, 0.027258, 0.006927, 0.010522, 0.034688, 0.031779, -0.000247, 0.000266,
        -0.067510, 0.001570, -0.070591, 0.038712}},
      {"E9c_seed",
       "token_mean",
       kVerl,
       {},
       0.01,
       -0.279330,
       {-0.068857, 0.000152, -0.048573, -0.062393, -0.000130, 0.057241, 0.026217, 0.007020, 0.010134, 0.034659, 0.032175, -0.000062, 0.000067,
        -0.067316, 0.000392, -0.070672, 0.037830}},
  };
}

INSTANTIATE_TEST_SUITE_P(Fixtures, WorkedExample, ::testing::ValuesIn(worked_examples()), [](const auto& info) { return info.param.name; });

TEST(PpoClip, TokenLossesOfTheWorkedExample) {
  const test::GrpoFixture fixture;
  const auto advantages = fixture.per_token(group_advantages(fixture.rewards, 3, kTrl));
  expect_near(ppo_clip_loss({fixture.log_probs, fixture.old_log_probs, advantages}, {}),
              {-1.170758, -1.271214, -0.825019, -1.059345, 0.741542, 0.974452, 0.439644, 0.119817, 0.170028, 0.588912, 0.549097, 0.461800, -1.385401,
               -1.143013, -1.385401, -1.201617, 0.637960});
}

TEST(K3, TokenValuesOfTheWorkedExample) {
  const test::GrpoFixture fixture;
  const auto k3 = k3_divergence(fixture.log_probs, fixture.ref_log_probs);
  expect_near(k3, {0.001229, 0.040818, 0.001271, 0.005171, 0.021403, 0.011834, 0.306570, 0.001271, 0.028801, 0.000199, 0.021403, 0.005171, 0.006920,
                   0.006278, 0.432871, 0.000789, 0.196585});
  EXPECT_NEAR(k3.mean().item<double>(), 0.064034, kTolerance);
  double rows = 0;  // mean over rows of each row's mean, by the weights the trainer uses
  int64_t begin = 0;
  for (const int64_t length : fixture.lengths) {
    rows += k3.narrow(0, begin, length).sum().item<double>() * token_weight("seq_mean_token_mean", length, {17, 6});
    begin += length;
  }
  EXPECT_NEAR(rows, 0.076363, kTolerance);
}

TEST(K3, IsZeroWithoutGradientWhereBothAgree) {
  const auto log_probs = test::GrpoFixture().log_probs.clone().requires_grad_();
  const auto k3 = k3_divergence(log_probs, log_probs.detach().clone());
  k3.sum().backward();
  EXPECT_TRUE(at::equal(k3, at::zeros_like(k3)));
  EXPECT_TRUE(at::equal(log_probs.grad(), at::zeros_like(k3)));
}

TEST(K3, IsNeverNegativeAndStaysFinite) {
  const auto differences = test::GrpoFixture::tensor({-1000.0, -30.0, -3.0, -1e-3, 0.0, 1e-3, 3.0, 30.0, 1000.0});
  const auto k3 = k3_divergence(at::zeros_like(differences), differences);
  EXPECT_TRUE((k3 >= 0).all().item<bool>()) << k3;
  EXPECT_TRUE(k3.isfinite().all().item<bool>());
  EXPECT_NEAR(k3[8].item<double>(), std::exp(20.0) - 21.0, 1e-6);  // x is clamped to 20
}

/// Gradient of one token's loss by its log-prob.
double slope(const PolicyLossConfig& config, double ratio, double advantage) {
  const auto log_prob = at::full({1}, std::log(ratio) - 1.0, at::kDouble).requires_grad_();
  find_loss(config.loss).loss({log_prob, at::full({1}, -1.0, at::kDouble), at::full({1}, advantage, at::kDouble)}, config).sum().backward();
  return log_prob.grad().item<double>();
}

TEST(PpoClip, NoGradientWhereTheClipBites) {
  const PolicyLossConfig config{.clip_ratio_low = 0.2, .clip_ratio_high = 0.28};
  EXPECT_EQ(slope(config, 1.3, 2.0), 0.0);
  EXPECT_EQ(slope(config, 0.7, -2.0), 0.0);
  EXPECT_NEAR(slope(config, 1.27, 2.0), -2.0 * 1.27, 1e-12);
  EXPECT_NEAR(slope(config, 0.81, -2.0), 2.0 * 0.81, 1e-12);
  // A bad step can always be taken back.
  EXPECT_NEAR(slope(config, 0.7, 2.0), -2.0 * 0.7, 1e-12);
  EXPECT_NEAR(slope(config, 1.3, -2.0), 2.0 * 1.3, 1e-12);
}

TEST(PpoClip, AtRatioOneHasTheGradientOfReinforce) {
  const test::GrpoFixture fixture;
  const auto advantages = fixture.per_token(group_advantages(fixture.rewards, 3, kTrl));
  for (const auto& aggregation : aggregation_names()) {
    std::vector<double> per_row;
    for (const int64_t length : fixture.lengths) per_row.push_back(token_weight(aggregation, length, {17, 6}));
    const auto weights = fixture.per_token(per_row);
    for (const double width : {0.0, 0.1, 0.2}) {
      const auto gradient = [&](const char* loss) {
        const auto log_probs = fixture.log_probs.clone().requires_grad_();
        const PolicyLossConfig config{loss, width, width};
        (find_loss(loss).loss({log_probs, log_probs.detach(), advantages}, config) * weights).sum().backward();
        return log_probs.grad();
      };
      EXPECT_TRUE(at::allclose(gradient("ppo_clip"), gradient("reinforce"), 0, 1e-15)) << aggregation << " " << width;
      EXPECT_TRUE(at::allclose(gradient("reinforce"), -advantages * weights, 0, 1e-15));
    }
  }
}

TEST(PpoClip, ValueAtRatioOne) {
  // Equal weights per row: the advantages of a group cancel. Equal weights per token: -sum of A_i |o_i| / 17.
  const test::GrpoFixture fixture;
  const auto advantages = group_advantages(fixture.rewards, 3, kTrl);
  const auto value = [&](const char* aggregation) {
    std::vector<double> per_row;
    for (const int64_t length : fixture.lengths) per_row.push_back(token_weight(aggregation, length, {17, 6}));
    return (ppo_clip_loss({fixture.log_probs, fixture.log_probs, fixture.per_token(advantages)}, {}) * fixture.per_token(per_row))
        .sum()
        .item<double>();
  };
  double expected = 0;
  for (size_t i = 0; i < advantages.size(); ++i) expected -= advantages[i] * static_cast<double>(fixture.lengths[i]) / 17.0;
  EXPECT_NEAR(value("seq_mean_token_mean"), 0.0, 1e-12);
  EXPECT_NEAR(value("token_mean"), expected, 1e-12);
  EXPECT_GT(std::abs(expected), 0.1);
}

TEST(PolicyLoss, WithoutASignalTheGradientIsThatOfTheDivergence) {
  const test::GrpoFixture fixture;
  for (const auto& entry : loss_table()) {
    const auto gradient = [&](bool policy, double kl_coef) {
      const auto log_probs = fixture.log_probs.clone().requires_grad_();
      auto loss = kl_coef * k3_divergence(log_probs, fixture.ref_log_probs);
      const auto advantages = fixture.per_token(group_advantages(std::vector<double>(6, 0.7), 3, kTrl));
      if (policy) loss = loss + entry.loss({log_probs, fixture.old_log_probs, advantages}, {});
      loss.mean().backward();
      return log_probs.grad();
    };
    EXPECT_TRUE(at::equal(gradient(true, 0.0), at::zeros({17}, at::kDouble))) << entry.name;
    EXPECT_TRUE(at::equal(gradient(true, 0.04), gradient(false, 0.04))) << entry.name;
  }
}

TEST(PolicyLoss, HugeRatiosStayFinite) {
  for (const auto& entry : loss_table())
    for (const double difference : {-500.0, 500.0}) {
      const auto log_probs = at::full({1}, difference, at::kFloat).requires_grad_();
      const auto loss = entry.loss({log_probs, at::zeros({1}), at::full({1}, -1.0)}, {});
      loss.sum().backward();
      EXPECT_TRUE(loss.isfinite().all().item<bool>()) << entry.name;
      EXPECT_TRUE(log_probs.grad().isfinite().all().item<bool>()) << entry.name;
    }
}

TEST(LossTable, UnknownNameListsTheKnownOnes) {
  try {
    find_loss("gspo");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("ppo_clip, reinforce"), std::string::npos) << error.what();
  }
}

TEST(TokenWeight, ModesAgreeOnRowsOfOneLength) {
  // 5 rows of 3 tokens: token_mean 1/15, seq_mean_token_mean 1/(5 * 3), seq_mean_token_sum 1/5 = 3/15
  const StepCounts counts{.tokens = 15, .rows = 5};
  EXPECT_DOUBLE_EQ(token_weight("token_mean", 3, counts), 1.0 / 15);
  EXPECT_DOUBLE_EQ(token_weight("seq_mean_token_mean", 3, counts), 1.0 / 15);
  EXPECT_DOUBLE_EQ(token_weight("seq_mean_token_sum", 3, counts), 3.0 / 15);
}

TEST(TokenWeight, NeverDividesByZeroAndKnowsItsNames) {
  for (const auto& name : aggregation_names()) EXPECT_TRUE(std::isfinite(token_weight(name, 0, {0, 0}))) << name;
  EXPECT_THROW(token_weight("mean", 1, {1, 1}), ConfigError);
}

}  // namespace
}  // namespace vrlt::algorithm
