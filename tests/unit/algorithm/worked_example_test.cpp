// The worked example (docs/spec/grpo.md#worked-example), to its printed digits: six decimals, so
// half a unit of the last and a little.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>

#include "tests/support/grpo_fixture.h"
#include "tests/support/table_case.h"
#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/importance_ratio.h"
#include "vrlt/algorithm/objective.h"
#include "vrlt/algorithm/reward_composition.h"
#include "vrlt/algorithm/token_log_probs.h"

namespace vrlt::algorithm {
namespace {

constexpr double kTolerance = 1e-6;

const AdvantageConfig kTrl{.epsilon = 1e-4}, kVerl{.epsilon = 1e-6}, kCentred{.estimator = "none"},
    kBatchStd{.estimator = "batch_std"};
const ObjectiveConfig kPlain{.correction = {.mode = "none"}};

struct Row {
  std::string name;
  AdvantageConfig advantage;
  ObjectiveConfig objective;
  double loss;
  std::vector<double> gradient;
};
VRLT_PRINT_ROW_NAME(Row)

void expect_near(const at::Tensor& actual, const std::vector<double>& expected) {
  ASSERT_EQ(actual.numel(), static_cast<int64_t>(expected.size()));
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(actual[static_cast<int64_t>(i)].item<double>(), expected[i], kTolerance)
        << "token " << i;
}

void expect_near(const std::vector<double>& actual, const std::vector<double>& expected) {
  expect_near(test::GrpoFixture::tensor(actual), expected);
}

struct Result {
  double loss;
  at::Tensor gradient;
};

Result evaluated(const TokenBatch& tokens, const StepCounts& counts,
                 const ObjectiveConfig& config) {
  const auto loss = objective(tokens, counts, config).loss;
  loss.backward();
  return {loss.item<double>(), tokens.log_probs.grad()};
}

TokenBatch batch_with(const AdvantageConfig& advantage) {
  const test::GrpoFixture fixture;
  auto batch = fixture.batch(group_advantages(fixture.rewards, 3, advantage));
  return batch;
}

/// A reference only where it has a weight: what the trainer does.
TokenBatch batch_of(const Row& row) {
  auto batch = batch_with(row.advantage);
  if (row.objective.kl.coef == 0) batch.ref_log_probs = at::Tensor();
  return batch;
}

const StepCounts kCounts{.tokens = 17, .rows = 6, .micro_batches = 1};

class WorkedExample : public ::testing::TestWithParam<Row> {};

TEST_P(WorkedExample, LossAndGradient) {
  const auto result = evaluated(batch_of(GetParam()), kCounts, GetParam().objective);
  EXPECT_NEAR(result.loss, GetParam().loss, kTolerance);
  expect_near(result.gradient, GetParam().gradient);
}

TEST_P(WorkedExample, InFloat32) {
  auto batch = batch_of(GetParam());
  const auto narrow = [](const at::Tensor& values) {
    return values.defined() ? values.detach().to(at::kFloat) : values;
  };
  batch.log_probs = narrow(batch.log_probs).requires_grad_();
  for (auto* values :
       {&batch.old_log_probs, &batch.advantages, &batch.ref_log_probs, &batch.sampler_log_probs})
    *values = narrow(*values);
  const auto result = evaluated(batch, kCounts, GetParam().objective);
  EXPECT_NEAR(result.loss, GetParam().loss, 5e-6);
  EXPECT_LE((result.gradient.to(at::kDouble) - test::GrpoFixture::tensor(GetParam().gradient))
                .abs()
                .max()
                .item<double>(),
            5e-6);
}

// What free slots of a padded batch hold has no effect, and gets no gradient at all.
TEST_P(WorkedExample, PaddingChangesNothing) {
  const auto plain = evaluated(batch_of(GetParam()), kCounts, GetParam().objective);
  for (const int64_t width : {4, 9})
    for (const double garbage :
         {7.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
      at::Tensor mask;
      const auto padded = test::GrpoFixture::padded(batch_of(GetParam()), width, garbage, &mask);
      const auto loss = objective(masked(padded, mask), kCounts, GetParam().objective).loss;
      loss.backward();
      EXPECT_EQ(loss.item<double>(), plain.loss);
      EXPECT_TRUE(at::equal(padded.log_probs.grad().masked_select(mask), plain.gradient));
      const auto elsewhere = padded.log_probs.grad().masked_select(mask.logical_not());
      EXPECT_TRUE(at::equal(elsewhere, at::zeros_like(elsewhere)));
    }
}

std::vector<Row> rows() {
  return {
      {"seq_mean_token_mean",
       kTrl,
       {.aggregation = {.mode = "seq_mean_token_mean"}, .correction = {.mode = "none"}},
       -0.014675,
       {-0.048782, 0, -0.034376, -0.044139, 0, 0.081204, 0.024425, 0.006656, 0.009446, 0.032717,
        0.030505, 0, 0, -0.047626, 0, -0.050067, 0.106327}},
      {"token_mean",
       kTrl,
       {.correction = {.mode = "none"}},
       -0.279913,
       {-0.068868, 0, -0.048531, -0.062314, 0, 0.057321, 0.025861, 0.007048, 0.010002, 0.034642,
        0.0323, 0, 0, -0.067236, 0, -0.070683, 0.037527}},
      {"const",
       kTrl,
       {.aggregation = {.mode = "const", .const_length = 8}, .correction = {.mode = "none"}},
       -0.099136,
       {-0.024391, 0, -0.017188, -0.02207, 0, 0.020301, 0.009159, 0.002496, 0.003542, 0.012269,
        0.01144, 0, 0, -0.023813, 0, -0.025034, 0.013291}},
      {"const_without_std",
       kCentred,
       {.aggregation = {.mode = "const", .const_length = 8}, .correction = {.mode = "none"}},
       -0.049415,
       {-0.00921, 0, -0.00649, -0.008333, 0, 0.007666, 0.003458, 0.000943, 0.001338, 0.007085,
        0.006606, 0, 0, -0.013751, 0, -0.014456, 0.007675}},
      {"batch_std",
       kBatchStd,
       {.correction = {.mode = "none"}},
       -0.303199,
       {-0.056509, 0, -0.039821, -0.051132, 0, 0.047034, 0.02122, 0.005783, 0.008207, 0.043471,
        0.040532, 0, 0, -0.084372, 0, -0.088697, 0.047091}},
      {"clip_higher",
       kTrl,
       {.policy_loss = {.clip_ratio_high = 0.28}, .correction = {.mode = "none"}},
       -0.29346,
       {-0.068868, 0, -0.048531, -0.062314, 0, 0.057321, 0.025861, 0.007048, 0.010002, 0.034642,
        0.0323, 0, -0.084623, -0.067236, 0, -0.070683, 0.037527}},
      {"two_sided",
       kTrl,
       {.policy_loss = {.loss = "ppo_two_sided", .ratio_max = 1.5}, .correction = {.mode = "none"}},
       -0.29409,
       {-0.068868, 0, -0.048531, -0.062314, 0, 0.057321, 0, 0.007048, 0.010002, 0.034642, 0.0323, 0,
        0, -0.067236, 0, -0.070683, 0.037527}},
      {"dual_clip",
       kVerl,
       {.policy_loss = {.loss = "ppo_dual_clip"}, .correction = {.mode = "none"}},
       -0.282465,
       {-0.068886, 0, -0.048543, -0.062331, 0, 0.057336, 0, 0.00705, 0.010004, 0.034648, 0.032305,
        0, 0, -0.067248, 0, -0.070695, 0.037534}},
      {"dual_clip_seq_mean_token_mean",
       kVerl,
       {.policy_loss = {.loss = "ppo_dual_clip"},
        .aggregation = {.mode = "seq_mean_token_mean"},
        .correction = {.mode = "none"}},
       -0.017033,
       {-0.048794, 0, -0.034385, -0.044151, 0, 0.081226, 0, 0.006658, 0.009448, 0.032723, 0.030511,
        0, 0, -0.047634, 0, -0.050076, 0.106345}},
      {"dual_clip_seq_mean_token_sum",
       kVerl,
       {.policy_loss = {.loss = "ppo_dual_clip"},
        .aggregation = {.mode = "seq_mean_token_sum"},
        .correction = {.mode = "none"}},
       -0.800317,
       {-0.195177, 0, -0.137539, -0.176604, 0, 0.162451, 0, 0.019975, 0.028345, 0.098169, 0.091532,
        0, 0, -0.190535, 0, -0.200304, 0.106345}},
      {"dual_clip_sum_const",
       kVerl,
       {.policy_loss = {.loss = "ppo_dual_clip"},
        .aggregation = {.mode = "sum_const", .const_length = 8},
        .correction = {.mode = "none"}},
       -0.600238,
       {-0.146383, 0, -0.103154, -0.132453, 0, 0.121838, 0, 0.014981, 0.021259, 0.073627, 0.068649,
        0, 0, -0.142901, 0, -0.150228, 0.079759}},
      {"dual_clip_higher",
       kVerl,
       {.policy_loss = {.loss = "ppo_dual_clip", .clip_ratio_high = 0.3},
        .correction = {.mode = "none"}},
       -0.29862,
       {-0.068886, 0, -0.048543, -0.062331, 0, 0.057336, 0, 0.00705, 0.010004, 0.034648, 0.032305,
        0, -0.084638, -0.067248, 0, -0.070695, 0.037534}},
      {"sequence_ratio",
       kTrl,
       {.policy_loss = {.ratio = "sequence"},
        .aggregation = {.mode = "seq_mean_token_mean"},
        .correction = {.mode = "none"}},
       -0.053569,
       {-0.045826, -0.045826, -0.045826, -0.045826, 0.068168, 0.068168, 0.011537, 0.011537,
        0.011537, 0.027787, 0.027787, 0.027787, 0, 0, 0, 0, 0.106327}},
      {"sequence_ratio_narrow",
       kTrl,
       {.policy_loss = {.ratio = "sequence", .clip_ratio_low = 3e-4, .clip_ratio_high = 4e-4},
        .aggregation = {.mode = "seq_mean_token_mean"},
        .correction = {.mode = "none"}},
       0.022438,
       {0, 0, 0, 0, 0, 0, 0.011537, 0.011537, 0.011537, 0, 0, 0, 0, 0, 0, 0, 0.106327}},
      {"sequence_ratio_token_mean",
       kTrl,
       {.policy_loss = {.ratio = "sequence"}, .correction = {.mode = "none"}},
       -0.326082,
       {-0.064696, -0.064696, -0.064696, -0.064696, 0.048118, 0.048118, 0.012216, 0.012216,
        0.012216, 0.029422, 0.029422, 0.029422, 0, 0, 0, 0, 0.037527}},
      {"luspo",
       kTrl,
       {.policy_loss = {.loss = "luspo", .ratio = "sequence"},
        .aggregation = {.mode = "seq_mean_token_mean"},
        .correction = {.mode = "none"}},
       -0.9239,
       {-0.183304, -0.183304, -0.183304, -0.183304, 0.136335, 0.136335, 0.034612, 0.034612,
        0.034612, 0.083361, 0.083361, 0.083361, 0, 0, 0, 0, 0.106327}},
      {"cispo",
       kTrl,
       {.policy_loss = {.loss = "cispo", .cispo_cap = 1.5}, .correction = {.mode = "none"}},
       0.176185,
       {-0.068868, -0.084116, -0.048531, -0.062314, 0.040393, 0.057321, 0.011684, 0.007048,
        0.010002, 0.034642, 0.0323, 0.022761, -0.084623, -0.067236, -0.101868, -0.070683,
        0.037527}},
      {"cispo_clip",
       kVerl,
       {.policy_loss = {.loss = "cispo_clip", .clip_ratio_low = 0.2, .clip_ratio_high = 0.28},
        .correction = {.mode = "none"}},
       0.152692,
       {-0.068886, -0.079783, -0.049865, -0.062331, 0.043632, 0.057336, 0.009973, 0.00705, 0.009973,
        0.034648, 0.032305, 0.027169, -0.084638, -0.067248, -0.086942, -0.070695, 0.037534}},
      {"sapo",
       kTrl,
       {.policy_loss = {.loss = "sapo"},
        .aggregation = {.mode = "seq_mean_token_mean"},
        .correction = {.mode = "none"}},
       -0.100146,
       {-0.048647, -0.057795, -0.033959, -0.044139, 0.056177, 0.081145, 0.007228, 0.00664, 0.009239,
        0.032714, 0.030485, 0.020865, -0.059043, -0.047624, -0.074363, -0.050047, 0.106003}},
      {"kl",
       kTrl,
       {.aggregation = {.mode = "seq_mean_token_mean"},
        .kl = {.coef = 0.04},
        .correction = {.mode = "none"}},
       -0.011621,
       {-0.0487, 0.000432, -0.034461, -0.044315, -0.000738, 0.080665, 0.025743, 0.006543, 0.009938,
        0.032761, 0.030013, -0.000234, 0.000188, -0.047819, 0.001112, -0.050002, 0.109683}},
      {"kl_token_mean",
       kTrl,
       {.kl = {.coef = 0.04}, .correction = {.mode = "none"}},
       -0.277351,
       {-0.068753, 0.00061, -0.048651, -0.062562, -0.000521, 0.05694, 0.027258, 0.006927, 0.010522,
        0.034688, 0.031779, -0.000247, 0.000266, -0.06751, 0.00157, -0.070591, 0.038712}},
      {"kl_seed",
       kVerl,
       {.kl = {.coef = 0.01}, .correction = {.mode = "none"}},
       -0.27933,
       {-0.068857, 0.000152, -0.048573, -0.062393, -0.00013, 0.057241, 0.026217, 0.00702, 0.010134,
        0.034659, 0.032175, -6.2e-05, 6.7e-05, -0.067316, 0.000392, -0.070672, 0.03783}},
      {"token_truncate",
       kTrl,
       {.correction = {.mode = "token_truncate", .max_weight = 2.0}},
       -0.245956,
       {-0.068183, 0, -0.048531, -0.060473, 0, 0.057897, 0.0234, 0.007048, 0.010514, 0.034642,
        0.0323, 0, 0, -0.066567, 0, -0.070683, 0.075054}},
      {"sequence_mask",
       kTrl,
       {.correction = {.mode = "sequence_mask", .max_weight = 3.0}},
       -0.32344,
       {-0.067504, 0, -0.04757, -0.061081, 0, 0.05675, 0.0246, 0.006704, 0.009514, 0.033956,
        0.03166, 0, 0, -0.068594, 0, -0.072111, 0}}};
}

INSTANTIATE_TEST_SUITE_P(Fixtures, WorkedExample, ::testing::ValuesIn(rows()), test::row_name);

TEST(WorkedExampleTokens, SurrogatesOfEveryToken) {
  expect_near(
      objective(batch_with(kTrl), kCounts, kPlain).surrogates.detach(),
      {-1.170758, -1.271214, -0.825019, -1.059345, 0.741542, 0.974452, 0.439644, 0.119817, 0.170028,
       0.588912, 0.549097, 0.461800, -1.385401, -1.143013, -1.385401, -1.201617, 0.637960});
}

TEST(WorkedExampleTokens, Ratios) {
  const auto batch = batch_with(kTrl);
  const auto ratio = log_ratio(batch).exp().detach();
  expect_near(ratio, {1.105171, 1.349859, 0.778801, 1.000000, 0.740818, 1.051271, 3.320117,
                      0.904837, 1.284025, 1.020201, 0.951229, 0.670320, 1.246077, 0.990050,
                      1.822119, 1.040811, 1.105171});
  const test::GrpoFixture fixture;
  const auto sequence = log_ratio(batch, "sequence").exp().detach();
  EXPECT_LE(
      (sequence - fixture.per_token({1.038212, 0.882497, 1.568312, 0.866465, 1.236766, 1.105171}))
          .abs()
          .max()
          .item<double>(),
      kTolerance);
  EXPECT_NEAR((batch.old_log_probs - batch.log_probs).mean().item<double>(), -0.104118, kTolerance);
  // Clip events at 0.2/0.2: 2 low, 3 high, of 17.
  EXPECT_EQ((ratio < 0.8).logical_and(batch.advantages < 0).sum().item<int64_t>(), 2);
  EXPECT_EQ((ratio > 1.2).logical_and(batch.advantages > 0).sum().item<int64_t>(), 3);
}

/// The sum over the two halves o1-o3 and o4-o6, each with its own counts.
Result of_halves(const AdvantageConfig& advantage, const ObjectiveConfig& config,
                 const StepCounts& first, const StepCounts& second) {
  const auto all = batch_with(advantage);
  const auto a = evaluated(test::GrpoFixture::rows(all, 0, 3), first, config),
             b = evaluated(test::GrpoFixture::rows(all, 3, 6), second, config);
  return {a.loss + b.loss, at::cat({a.gradient, b.gradient})};
}

double half(size_t begin, const AdvantageConfig& advantage, const ObjectiveConfig& config,
            const StepCounts& counts) {
  return evaluated(test::GrpoFixture::rows(batch_with(advantage), begin, begin + 3), counts, config)
      .loss;
}

TEST(WorkedExampleCuts, TwoRanksWithAveragedGradients) {
  // Divisor 17/2 on each; the mean of both is the loss of the step.
  EXPECT_NEAR(2 * half(0, kTrl, kPlain, kCounts), -0.221277, kTolerance);
  EXPECT_NEAR(2 * half(3, kTrl, kPlain, kCounts), -0.338549, kTolerance);
  EXPECT_NEAR(of_halves(kTrl, kPlain, kCounts, kCounts).loss, -0.279913, kTolerance);
}

TEST(WorkedExampleCuts, LocalTokenMeanIsAMeanOfMeans) {
  auto config = kPlain;
  config.aggregation.mode = "local_token_mean";
  const StepCounts counts{.tokens = 17, .rows = 6, .micro_batches = 2};
  const auto result = of_halves(kTrl, config, counts, counts);
  EXPECT_NEAR(result.loss, -0.284346, kTolerance);
  expect_near(result.gradient,
              {-0.065042, 0, -0.045834, -0.058853, 0, 0.054136, 0.024425, 0.006656, 0.009446,
               0.036807, 0.034319, 0, 0, -0.071438, 0, -0.075101, 0.039873});
  EXPECT_NEAR(2 * half(0, kTrl, config, counts), -0.208984, kTolerance);
  EXPECT_NEAR(2 * half(3, kTrl, config, counts), -0.359708, kTolerance);
}

TEST(WorkedExampleCuts, TwoOptimizerStepsPerBatch) {
  // Each half is a step of its own: divisors 9 and 8. One count for both is what TRL divided by,
  // later rescaled by 2.
  EXPECT_NEAR(half(0, kTrl, kPlain, {9, 3, 1}), -0.208984, kTolerance);
  EXPECT_NEAR(half(3, kTrl, kPlain, {8, 3, 1}), -0.359708, kTolerance);
  EXPECT_NEAR(half(0, kTrl, kPlain, kCounts), -0.110638, kTolerance);
  EXPECT_NEAR(half(3, kTrl, kPlain, kCounts), -0.169274, kTolerance);
}

TEST(WorkedExampleCuts, SequenceMeanWeighsRowsAndNotMicroBatches) {
  auto config = kPlain;
  config.policy_loss = {.loss = "ppo_dual_clip", .clip_ratio_high = 0.3};
  config.aggregation.mode = "seq_mean_token_mean";
  EXPECT_NEAR(evaluated(batch_with(kVerl), kCounts, config).loss, -0.028476, kTolerance);
  // EasyR1 weighs the means of its micro-batches by their tokens, 9 and 8 of 17: another number.
  EXPECT_NEAR((9 * half(0, kVerl, config, {9, 3, 1}) + 8 * half(3, kVerl, config, {8, 3, 1})) / 17,
              -0.027214, kTolerance);
}

TEST(WorkedExampleValues, SequenceRatioAndSapoWithTheAdvantagesOfVerl) {
  auto config = kPlain;
  config.aggregation.mode = "seq_mean_token_mean";
  config.policy_loss.ratio = "sequence";
  EXPECT_NEAR(evaluated(batch_with(kVerl), kCounts, config).loss, -0.053579, kTolerance);
  config.policy_loss = {.loss = "sapo"};
  EXPECT_NEAR(evaluated(batch_with(kVerl), kCounts, config).loss, -0.100166, kTolerance);
}

TEST(WorkedExampleValues, VespoLoss) {
  auto config = kPlain;
  config.policy_loss.loss = "vespo";
  EXPECT_NEAR(evaluated(batch_with(kTrl), kCounts, config).loss, 0.020725, kTolerance);
}

TEST(WorkedExampleValues, DivergencesPerTokenAndAggregated) {
  const test::GrpoFixture fixture;
  const auto of = [&](const char* name) {
    return kl_divergence(fixture.log_probs, fixture.ref_log_probs, {.estimator = name});
  };
  expect_near(of("k3"), {0.001229, 0.040818, 0.001271, 0.005171, 0.021403, 0.011834, 0.306570,
                         0.001271, 0.028801, 0.000199, 0.021403, 0.005171, 0.006920, 0.006278,
                         0.432871, 0.000789, 0.196585});
  const struct {
    const char* name;
    double token_mean, sequence_mean;
  } rows[] = {{"k1", 0.148235, 0.189306},
              {"k2", 0.082971, 0.097124},
              {"k3", 0.064034, 0.076363},
              {"k1+", 0.148235, 0.189306},
              {"k3+", 0.064034, 0.076363}};
  for (const auto& row : rows) {
    EXPECT_NEAR(of(row.name).mean().item<double>(), row.token_mean, kTolerance) << row.name;
    EXPECT_NEAR(row_means(of(row.name), fixture.lengths).mean().item<double>(), row.sequence_mean,
                kTolerance)
        << row.name;
  }
}

TEST(WorkedExampleValues, CorrectionWeights) {
  const auto batch = batch_with(kTrl);
  expect_near(
      correction_weights(batch, {"token_truncate", 0.0, 2.0}),
      {0.990050, 1.020201, 1.000000, 0.970446, 0.980199, 1.010050, 0.904837, 1.000000, 1.051271,
       1.000000, 1.000000, 0.980199, 1.030455, 0.990050, 1.000000, 1.000000, 2.000000});
  const test::GrpoFixture fixture;
  const auto whole_rows =
      fixture.per_token({0.980199, 0.990050, 0.951229, 0.980199, 1.020201, 3.320117});
  EXPECT_LE((correction_weights(batch, {"sequence_truncate", 0.0, 10.0}) - whole_rows)
                .abs()
                .max()
                .item<double>(),
            kTolerance);
}

/// The batch in which row o5 was cut off and counts no longer.
TokenBatch without_truncated_row() {
  const auto all = batch_with(kTrl);
  return masked(all, at::arange(17).lt(12).logical_or(at::arange(17).ge(16)));
}

TEST(WorkedExampleTruncation, ATokenMeanLeavesTheRowOut) {
  const test::GrpoFixture fixture;
  const auto log_probs = fixture.log_probs.clone().requires_grad_();
  auto all = batch_with(kTrl);
  all.log_probs = log_probs;
  const auto kept = masked(all, at::arange(17).lt(12).logical_or(at::arange(17).ge(16)));
  const auto counts = counts_of(kept.row_lengths, {});
  EXPECT_EQ(counts.tokens, 13);
  const auto loss = objective(kept, counts, kPlain).loss;
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), 0.027455, kTolerance);
  expect_near(log_probs.grad(), {-0.090058, 0, -0.063463, -0.081488, 0, 0.074958, 0.033819,
                                 0.009217, 0.013079, 0.045301, 0.042238, 0, 0, 0, 0, 0, 0.049074});
}

TEST(WorkedExampleTruncation, AnEmptyRowCounts) {
  auto all = batch_with(kTrl);
  auto config = kPlain;
  config.aggregation.mode = "seq_mean_token_mean";
  const auto kept = masked(all, at::arange(17).lt(12).logical_or(at::arange(17).ge(16)));
  const auto counts = counts_of(kept.row_lengths, config.aggregation);
  EXPECT_EQ(counts.rows, 6);
  const auto loss = objective(kept, counts, config).loss;
  loss.backward();
  EXPECT_NEAR(loss.item<double>(), 0.198468, kTolerance);
  expect_near(all.log_probs.grad(),
              {-0.048782, 0, -0.034376, -0.044139, 0, 0.081204, 0.024425, 0.006656, 0.009446,
               0.032717, 0.030505, 0, 0, 0, 0, 0, 0.106327});
}

TEST(WorkedExampleTruncation, AnEmptyRowMayBeDropped) {
  auto config = kPlain;
  config.aggregation = {.mode = "seq_mean_token_mean", .empty_rows = "drop"};
  const auto kept = without_truncated_row();
  const auto counts = counts_of(kept.row_lengths, config.aggregation);
  EXPECT_EQ(counts.rows, 5);
  EXPECT_NEAR(objective(kept, counts, config).loss.item<double>(), 0.198468 * 6 / 5, kTolerance);
}

TEST(WorkedExampleLogits, TemperatureAndEntropy) {
  // Logits 1.2, -0.3, 0.5 (an identity head), token 2.
  const struct {
    double temperature;
    std::vector<double> log_probs;
    double entropy;
    std::vector<double> log_prob_gradient, entropy_gradient;
  } rows[] = {{1.0,
               {-0.542159, -2.042159, -1.242159},
               0.938913,
               {-0.581492, -0.129748, 0.711240},
               {-0.230709, 0.143144, 0.087565}},
              {0.7,
               {-0.395549, -2.538406, -1.395549},
               0.812515,
               {-0.961872, -0.112846, 1.074718},
               {-0.401068, 0.194760, 0.206308}}};
  for (const auto& row : rows) {
    const auto logits = test::GrpoFixture::tensor({1.2, -0.3, 0.5}).view({1, 3});
    const auto of_token = [&](int64_t id, const at::Tensor& z) {
      return token_log_probs(z, at::eye(3, at::kDouble), at::tensor({id}, at::kLong),
                             row.temperature, 1024, /*entropy_gradient=*/true);
    };
    for (int64_t id = 0; id < 3; ++id)
      EXPECT_NEAR(of_token(id, logits).log_probs.item<double>(),
                  row.log_probs[static_cast<size_t>(id)], kTolerance);
    EXPECT_NEAR(of_token(2, logits).entropy.item<double>(), row.entropy, kTolerance);
    const auto for_log_prob = logits.clone().requires_grad_(),
               for_entropy = logits.clone().requires_grad_();
    of_token(2, for_log_prob).log_probs.sum().backward();
    of_token(2, for_entropy).entropy.sum().backward();
    expect_near(for_log_prob.grad()[0], row.log_prob_gradient);
    expect_near(for_entropy.grad()[0], row.entropy_gradient);
  }
}

TEST(WorkedExampleRewards, DivergenceInTheReward) {
  const test::GrpoFixture fixture;
  const auto of_rows =
      row_sums(kl_divergence(fixture.old_log_probs, fixture.ref_log_probs, {.estimator = "k1"}),
               fixture.lengths);
  ComponentRewards rewards{.terms = {{1.0, fixture.rewards}}};
  for (int64_t i = 0; i < 6; ++i) rewards.penalties.push_back(0.1 * of_rows[i].item<double>());
  expect_near(total_rewards(rewards), {0.995, 0.260, 0.575, -0.015, 0.970, -0.060});
  expect_near(composed_advantages(rewards, 3, kVerl),
              {1.044071, -0.949155, -0.094916, -0.538266, 1.153836, -0.615570});
}

ComponentRewards two_components() {
  // format, accuracy
  return {.terms = {{0.5, {1, 1, 0, 0, 1, 1}}, {0.5, {0.9, 0.2, 0.6, 0, 1, 0.1}}}};
}

TEST(WorkedExampleRewards, SumThenNormalize) {
  expect_near(total_rewards(two_components()), {0.95, 0.60, 0.30, 0.00, 1.00, 0.55});
  expect_near(composed_advantages(two_components(), 3, kTrl),
              {1.024316, -0.051216, -0.973100, -1.031409, 0.964867, 0.066543});
}

TEST(WorkedExampleRewards, NormalizeThenSum) {
  expect_near(composed_advantages(two_components(), 3,
                                  {.epsilon = 1e-4, .composition = "normalize_then_sum"}),
              {1.080422, -0.330275, -0.750147, -1.288552, 1.222602, 0.065949});
  std::vector<double> sums(6, 0.0);
  for (const auto& term : two_components().terms) {
    const auto normalized = group_advantages(term.values, 3, kTrl);
    for (size_t i = 0; i < 6; ++i) sums[i] += 0.5 * normalized[i];
  }
  expect_near(sums, {0.763069, -0.233263, -0.529806, -0.910065, 0.863487, 0.046578});
}

TEST(WorkedExampleSupervised, AnswersAsTargets) {
  // -log-prob under the weights of the aggregations, as the supervised trainer has it.
  const test::GrpoFixture fixture;
  const auto loss = [&](const char* mode, size_t begin, size_t end, const StepCounts& counts) {
    const auto part =
        test::GrpoFixture::rows(fixture.batch(std::vector<double>(6, 1.0)), begin, end);
    auto config = kPlain;
    config.policy_loss.loss = "reinforce";
    config.aggregation.mode = mode;
    return objective(part, counts, config).policy.item<double>();
  };
  EXPECT_NEAR(loss("token_mean", 0, 6, kCounts), 0.763529, kTolerance);
  EXPECT_NEAR(loss("seq_mean_token_mean", 0, 6, kCounts), 0.916250, kTolerance);
  const StepCounts two{17, 6, 2};
  EXPECT_NEAR(loss("local_token_mean", 0, 3, two) + loss("local_token_mean", 3, 6, two), 0.765069,
              kTolerance);
}

}  // namespace
}  // namespace vrlt::algorithm
