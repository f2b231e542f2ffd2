#include "evaluation/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::evaluation {
namespace {

std::vector<std::string> own_clusters(size_t count) {
  std::vector<std::string> clusters;
  for (size_t i = 0; i < count; ++i) clusters.push_back(concat("v", i));
  return clusters;
}

/// 0 for even, 1 for odd places.
std::vector<double> alternating(size_t count) {
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) values.push_back(static_cast<double>(i % 2));
  return values;
}

}  // namespace

// Standard error sqrt(0.25 / 400) = 0.025, so the interval is 0.5 -+ 0.049; 2000 draws place its
// ends to about 0.003.
TEST(BootstrapMean, CoversTheMean) {
  const auto estimate = bootstrap_mean(alternating(400), own_clusters(400));
  EXPECT_EQ(estimate.mean, 0.5);
  EXPECT_EQ(estimate.count, 400);
  EXPECT_NEAR(estimate.standard_error, 0.025, 1e-12);
  EXPECT_NEAR(estimate.low, 0.451, 0.008);
  EXPECT_NEAR(estimate.high, 0.549, 0.008);
}

// Ten questions on each of 40 videos, all answered alike: there are 40 independent values, not 400.
TEST(BootstrapMean, DrawsWholeClusters) {
  std::vector<double> values;
  std::vector<std::string> clusters;
  for (int video = 0; video < 40; ++video)
    for (int question = 0; question < 10; ++question) {
      values.push_back(video % 2);
      clusters.push_back(concat("v", video));
    }
  const auto estimate = bootstrap_mean(values, clusters);
  EXPECT_NEAR(estimate.standard_error, std::sqrt(0.25 / 40), 1e-12);
  EXPECT_NEAR(estimate.high - estimate.low, 2 * 1.96 * std::sqrt(0.25 / 40), 0.04);
}

// Clusters {1, 0}, {1}, mean 2/3: deviations 1/3, -2/3 and 1/3 sum to -1/3 and 1/3 per cluster:
// (1/9 + 1/9) / 9.
TEST(BootstrapMean, StandardErrorByHand) {
  EXPECT_NEAR(bootstrap_mean({1, 0, 1}, {"a", "a", "b"}).standard_error, std::sqrt(2.0 / 81),
              1e-12);
}

// Columns share their draws and come out as on their own.
TEST(BootstrapMeans, EqualSingleColumns) {
  const auto a = alternating(50);
  auto b = a;
  b[7] = 0.25;
  const auto both = bootstrap_means({&a, &b}, own_clusters(50));
  EXPECT_EQ(both[0].low, bootstrap_mean(a, own_clusters(50)).low);
  EXPECT_EQ(both[1].high, bootstrap_mean(b, own_clusters(50)).high);
}

// Tables of Student's distribution: t = 2.262 with 9 degrees and 1.960 with very many leave 5 %; t
// = 1 with 1 degree leaves a half.
TEST(StudentP, MatchesTables) {
  EXPECT_NEAR(student_p(2.262157, 9), 0.05, 1e-6);
  EXPECT_NEAR(student_p(-1.959964, 1e7), 0.05, 1e-6);
  EXPECT_NEAR(student_p(1.0, 1), 0.5, 1e-9);
  EXPECT_NEAR(student_p(0.0, 5), 1.0, 1e-12);
}

TEST(BootstrapMean, IsAPureFunction) {
  const auto values = alternating(31);
  const auto one = bootstrap_mean(values, own_clusters(31), 5),
             two = bootstrap_mean(values, own_clusters(31), 5);
  EXPECT_EQ(one.low, two.low);
  EXPECT_EQ(one.high, two.high);
}

TEST(BootstrapMean, Extremes) {
  const auto none = bootstrap_mean({}, {});
  EXPECT_EQ(none.count, 0);
  EXPECT_EQ(none.mean, 0.0);
  const auto one = bootstrap_mean({0.25}, {"v"});
  EXPECT_EQ(one.low, 0.25);
  EXPECT_EQ(one.high, 0.25);
  const auto equal = bootstrap_mean({1, 1, 1, 1}, own_clusters(4));
  EXPECT_EQ(equal.low, 1.0);
  EXPECT_EQ(equal.high, 1.0);
  EXPECT_EQ(equal.standard_error, 0.0);
  EXPECT_THROW(bootstrap_mean({1.0}, {}), ContractError);
}

}  // namespace vrlt::evaluation
