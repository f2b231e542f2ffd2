// Tables of docs/spec/selection.md#statistics and #noise.
#include "vrlt/selection/estimators.h"

#include <gtest/gtest.h>

#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::selection {
namespace {

// the tables print six decimals, or four
constexpr double kPrinted = 5.1e-7, kPrintedFour = 5.1e-5;

}  // namespace

TEST(PassAtK, IsThatOfDrawsWithoutReplacement) {
  const int64_t ks[] = {1, 2, 4, 8};
  const std::pair<int64_t, std::vector<double>> rows[] = {{0, {0, 0, 0, 0}},
                                                          {1, {.125, .25, .5, 1}},
                                                          {2, {.25, .464286, .785714, 1}},
                                                          {4, {.5, .785714, .985714, 1}},
                                                          {7, {.875, 1, 1, 1}},
                                                          {8, {1, 1, 1, 1}}};
  for (const auto& [c, expected] : rows)
    for (size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(pass_at_k({8, c}, ks[i]), expected[i], kPrinted) << c << " right, k " << ks[i];
  EXPECT_THROW(pass_at_k({8, 9}, 1), ContractError);
  EXPECT_THROW(pass_at_k({8, 4}, 9), ContractError);
  EXPECT_THROW(pass_at_k({8, 4}, 0), ContractError);
}

TEST(Estimators, OfEveryNumberOfRightAnswersInEight) {
  const double posterior[] = {.081818, .145455, .190909, .218182, .227273,
                              .218182, .190909, .145455, .081818};
  const double mixed[] = {.470547, .734924, .874619, .940271, .959276,
                          .940271, .874619, .734924, .470547};
  for (int64_t c = 0; c <= 8; ++c) {
    EXPECT_NEAR(posterior_variance({8, c}), posterior[c], kPrinted) << c;
    EXPECT_NEAR(mixed_probability({8, c}, 8), mixed[c], kPrinted) << c;
    EXPECT_NEAR(mixed_probability({8, c}, 8) + all_right_probability({8, c}, 8) +
                    all_wrong_probability({8, c}, 8),
                1.0, 1e-12);
  }
  // One further answer is right by the mean of Beta(1 + 3, 1 + 5): 4/10.
  EXPECT_NEAR(all_right_probability({8, 3}, 1), 0.4, 1e-12);
  // Beta(0.5 + 0, 0.5 + 2): 2.5/3.
  EXPECT_NEAR(all_wrong_probability({2, 0}, 1, {0.5, 0.5}), 2.5 / 3, 1e-12);
}

// Without draws p is uniform: E[p(1-p)] = 1/6 and E[p^2 (1-p)^2] = B(3, 3) = 1/30, so the variance
// is 1/30 - 1/36 = 1/180.
TEST(Estimators, ErrorOfThePosteriorVariance) {
  EXPECT_NEAR(posterior_variance({0, 0}), 1.0 / 6, 1e-12);
  EXPECT_NEAR(posterior_variance_error({0, 0}), std::sqrt(1.0 / 180), 1e-12);
  EXPECT_LT(posterior_variance_error({64, 32}), posterior_variance_error({8, 4}))
      << "more draws, more certainty";
}

TEST(Estimators, HowOftenDrawsLookAllTheSame) {
  const std::pair<double, std::vector<double>> rows[] = {{0.05, {.8145, .6634, .4401, .1937}},
                                                         {0.10, {.6562, .4305, .1853, .0343}},
                                                         {0.20, {.4112, .1678, .0281, .0008}},
                                                         {0.30, {.2482, .0577, .0033, .0000}},
                                                         {0.50, {.1250, .0078, .0000, .0000}}};
  const int64_t draws[] = {4, 8, 16, 32};
  for (const auto& [p, expected] : rows)
    for (size_t i = 0; i < 4; ++i)
      EXPECT_NEAR(looks_all_same_probability(p, draws[i]), expected[i], kPrintedFour)
          << p << " K " << draws[i];
}

TEST(Estimators, ErrorOfTheSampleVariance) {
  const int64_t draws[] = {4, 8, 16, 32};
  // Bernoulli: variance p q, fourth central moment p q (1 - 3 p q).
  const std::pair<double, std::vector<double>> bernoulli[] = {{0.5, {.1021, .0472, .0228, .0112}},
                                                              {0.1, {.1255, .0865, .0606, .0426}}};
  for (const auto& [p, expected] : bernoulli)
    for (size_t i = 0; i < 4; ++i) {
      const double variance = p * (1 - p);
      EXPECT_NEAR(variance_error(variance, variance * (1 - 3 * variance), draws[i]), expected[i],
                  kPrintedFour)
          << p << " K " << draws[i];
    }
  const double normal[] = {.816, .535, .365, .254};  // relative: fourth moment 3 sigma^4
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(variance_error(1, 3, draws[i]), normal[i], 5.1e-4);
}

// The largest variance of K rewards is that of half ones: 0.285714 for 8; 2/3 * 1/3 * 3/2 = 1/3
// for 3.
TEST(Estimators, LargestVariance) {
  EXPECT_NEAR(largest_variance(8), 0.285714, kPrinted);
  EXPECT_NEAR(largest_variance(3), 1.0 / 3, 1e-12);
  EXPECT_THROW(largest_variance(1), ContractError);
}

}  // namespace vrlt::selection
