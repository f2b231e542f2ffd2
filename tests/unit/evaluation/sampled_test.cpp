#include "evaluation/sampled.h"

#include <gtest/gtest.h>

#include <cmath>

#include "evaluation/bootstrap.h"
#include "vrlt/evaluation/headline.h"

namespace vrlt::evaluation {
namespace {

std::vector<double> right(int64_t count, int64_t of) {
  std::vector<double> scores(static_cast<size_t>(of), 0.0);
  std::fill_n(scores.begin(), count, 1.0);
  return scores;
}

double choose(int64_t n, int64_t k) {
  double product = 1.0;
  for (int64_t i = 0; i < k; ++i) product = product * static_cast<double>(n - i) / (i + 1);
  return n < k ? 0.0 : product;
}

TEST(BestOf, OfRightAndWrongIsTheClosedFormOfPassAtK) {
  for (const int64_t n : {2, 5, 16})
    for (int64_t c = 0; c <= n; ++c)
      for (int64_t k = 1; k <= n; ++k)
        EXPECT_NEAR(best_of(right(c, n), k), 1.0 - choose(n - c, k) / choose(n, k), 1e-12)
            << c << " of " << n << ", k " << k;
}

TEST(BestOf, OfOtherScoresIsTheMeanOfTheBestOfAllDraws) {
  const std::vector<double> scores = {0.5, 0.1, 0.9, 0.1};
  // pairs: .5 .9 .5, .9 .1, .9 in the order of the list
  EXPECT_NEAR(best_of(scores, 2), (0.5 + 0.9 + 0.5 + 0.9 + 0.1 + 0.9) / 6, 1e-12);
  EXPECT_NEAR(best_of(scores, 1), 0.4, 1e-12);
  EXPECT_EQ(best_of(scores, 4), 0.9);
}

// 1 - (1 - c/n)^k, as it is often written, is biased; and 1 - C(n-c, k)/C(n, k) by factorials
// overflows here.
TEST(BestOf, ManyResponsesStayFinite) {
  EXPECT_NEAR(best_of(right(1, 4096), 2048), 0.5, 1e-12);
  EXPECT_NEAR(best_of(right(2000, 4096), 100), 1.0, 1e-12);
}

TEST(MajorityScore, IsThatOfTheLabelReadMostOften) {
  EXPECT_EQ(majority_score({"0", "1", "1"}, {1.0, 0.0, 0.0}), 0.0);
  EXPECT_EQ(majority_score({"0", "1", "0"}, {1.0, 0.0, 1.0}), 1.0);
  EXPECT_EQ(majority_score({"0", "1"}, {1.0, 0.0}), 0.5) << "a tie is broken by chance";
  EXPECT_EQ(majority_score({"", "", "0"}, {0.0, 0.0, 1.0}), 1.0)
      << "what cannot be read does not vote";
  EXPECT_EQ(majority_score({"", ""}, {0.0, 0.0}), 0.0);
}

data::Sample choice(const std::string& id) {
  return data::parse_sample({{"schema", "vs/1"},
                             {"id", id},
                             {"task", "mcq"},
                             {"video", id + ".mp4"},
                             {"question", "Which?"},
                             {"options", {"red", "green", "blue"}},
                             {"answer", 1}},
                            id);
}

TEST(SampledMetrics, TakeInEverySample) {
  const auto a = choice("a"), b = choice("b"), c = choice("c");
  const Answer half{.id = "a", .responses = {{"B"}, {"A"}, {"B"}, {"C"}}, .error = {}},
      wrong{.id = "b", .responses = {{"A"}, {"A"}, {"B"}, {"A"}}, .error = {}};
  const auto table = sampled_metrics({&a, &b, &c}, {&half, &wrong, nullptr}, {});
  const auto values = [&](const char* name) {
    const auto* column = table.find(name);
    return column == nullptr ? std::vector<double>{-1.0} : column->values;
  };
  EXPECT_EQ(values("accuracy/pass@1"), (std::vector{0.5, 0.25, 0.0}));
  EXPECT_NEAR(values("accuracy/pass@2")[0], 1 - 1.0 / 6, 1e-12);  // 1 - C(2,2)/C(4,2)
  EXPECT_EQ(values("accuracy/pass@4"), (std::vector{1.0, 1.0, 0.0}));
  EXPECT_EQ(values("accuracy/maj@4"), (std::vector{1.0, 0.0, 0.0}));
  const Answer one{.id = "a", .responses = {{"B"}}, .error = {}};
  EXPECT_TRUE(sampled_metrics({&a}, {&one}, {}).columns().empty());
}

// n = 10: z^2 / (n + z^2) = 3.841459 / 13.841459 = 0.277533
TEST(Wilson, BoundsASharesOfAllOrNone) {
  const auto none = wilson_interval(0.0, 10), all = wilson_interval(1.0, 10);
  EXPECT_EQ(none.first, 0.0);
  EXPECT_NEAR(none.second, 0.277533, 1e-6);
  EXPECT_NEAR(all.first, 1 - 0.277533, 1e-6);
  EXPECT_NEAR(all.second, 1.0, 1e-12);
  // p = 1/2, n = 10: (0.5 + 0.192073 +- 1.96 sqrt(0.025 + 0.009604)) / 1.384146 = 0.236593,
  // 0.763407
  EXPECT_NEAR(wilson_interval(0.5, 10).first, 0.236593, 1e-6);
  EXPECT_NEAR(wilson_interval(0.5, 10).second, 0.763407, 1e-6);
}

TEST(Wilson, StandsWhereAllScoresAreEqualAndNotForDifferences) {
  MetricTable table;
  for (size_t i = 0; i < 10; ++i) table.add("accuracy", 1.0, i, {});
  std::vector<std::string> clusters;
  for (int i = 0; i < 10; ++i) clusters.push_back(std::to_string(i));
  estimate_all({&table}, clusters);
  EXPECT_NEAR(table.find("accuracy")->estimate.low, 1 - 0.277533, 1e-6);
  estimate_all({&table}, clusters, Values::kDifferences);
  EXPECT_EQ(table.find("accuracy")->estimate.low, 1.0);
}

TEST(Headline, IsTheFirstMetricThatTheLabelsAllow) {
  const auto sample = choice("a");
  const auto score =
      headline_score(sample, {.id = "a", .responses = {{"B"}, {"A"}}, .error = {}}, {});
  ASSERT_TRUE(score);
  EXPECT_EQ(score->metric, "accuracy");
  EXPECT_EQ(score->value, 0.5);
  EXPECT_EQ(headline_score(sample, {.id = "a", .error = "no video"}, {})->value, 0.0);
  auto hidden = sample;
  hidden.answer_option.reset();
  EXPECT_FALSE(headline_score(hidden, {.id = "a"}, {}));
}

// Three videos of one question each, of which two get better by 1: mean 2/3; a draw of three has
// none of them with (1/3)^3, so that the lowest 2.5 % end at 0.
TEST(PairedGain, IsTheMeanDifferenceWithItsInterval) {
  const auto gain = paired_gain({0, 0, 0}, {1, 1, 0}, {"a", "b", "c"});
  EXPECT_NEAR(gain.mean, 2.0 / 3, 1e-12);
  EXPECT_EQ(gain.low, 0.0);
  EXPECT_EQ(gain.high, 1.0);
}

}  // namespace
}  // namespace vrlt::evaluation
