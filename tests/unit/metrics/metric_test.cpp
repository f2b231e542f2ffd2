#include "vrlt/metrics/metric.h"

#include <gtest/gtest.h>

#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/metrics/progress.h"

namespace vrlt::metrics {
namespace {

using Values = std::vector<std::pair<std::string, double>>;

TEST(MetricSet, CombinesByKindInOrderOfFirstMention) {
  MetricSet metrics;
  metrics.mean("loss/policy", 1.0, 3.0);
  metrics.sum("response/tokens", 5);
  metrics.max("grad/max", -2);
  metrics.min("reward/min", 4);
  metrics.mean("loss/policy", 5.0, 1.0);
  metrics.sum("response/tokens", 6);
  metrics.max("grad/max", -3);
  metrics.min("reward/min", 3);
  // (1 * 3 + 5 * 1) / 4 = 2
  EXPECT_EQ(metrics.values(),
            (Values{{"loss/policy", 2.0}, {"response/tokens", 11.0}, {"grad/max", -2.0}, {"reward/min", 3.0}}));
}

TEST(MetricSet, MergeEqualsGivingAllValuesToOne) {
  MetricSet a, b, both;
  a.mean("m", 1.0, 2.0), both.mean("m", 1.0, 2.0);
  a.max("x", 7.0), both.max("x", 7.0);
  b.mean("m", 4.0, 1.0), both.mean("m", 4.0, 1.0);
  b.sum("only_b", 3.0), both.sum("only_b", 3.0);
  a.merge(b);
  EXPECT_EQ(a.values(), both.values());
}

TEST(MetricSet, AllReduceOfTheFlatFormEqualsMerge) {
  MetricSet a, b;
  a.mean("m", 1.0, 2.0), a.min("low", 1.0), a.sum("s", 1.0), a.max("high", 1.0);
  b.mean("m", 4.0, 1.0), b.min("low", -1.0), b.sum("s", 2.0), b.max("high", 5.0);
  ASSERT_EQ(a.layout(), b.layout());
  auto reduced = a.reducible();
  const auto other = b.reducible();
  for (size_t i = 0; i < reduced.sums.size(); ++i) reduced.sums[i] += other.sums[i];
  for (size_t i = 0; i < reduced.maxima.size(); ++i) reduced.maxima[i] = std::max(reduced.maxima[i], other.maxima[i]);
  MetricSet by_reduce = a;
  by_reduce.assign(reduced);
  a.merge(b);
  EXPECT_EQ(by_reduce.values(), a.values());
  EXPECT_THROW(a.assign({}), ContractError);
}

TEST(MetricSet, NanShowsAndAMeanOfNothingIsNan) {
  MetricSet metrics;
  metrics.max("max", 1.0);
  metrics.max("max", std::nan(""));
  metrics.max("max", 2.0);
  metrics.mean("mean", 1.0, 0.0);
  for (const auto& [name, value] : metrics.values()) EXPECT_TRUE(std::isnan(value)) << name;
}

TEST(MetricSet, OneNameOfTwoKindsIsABug) {
  MetricSet metrics;
  metrics.sum("x", 1);
  EXPECT_THROW(metrics.mean("x", 1), ContractError);
}

TEST(ProgressLine, ShowsShareRateAndTimeLeft) {
  // 21 of 50 in 6 s: 42 %, 3.5 per second, 29 / 3.5 = 8.3 s left
  const std::string line = progress_line("train", 21, 50, 6.0);
  EXPECT_EQ(line, "train  42% [==========>             ] 21/50  3.5/s  ETA 0:08");
  EXPECT_EQ(progress_line("scan", 10, 0, 5.0), "scan 10  2.0/s  0:05");
  EXPECT_EQ(progress_line("eval", 0, 4, 0.0), "eval   0% [>                       ] 0/4  0:00");
}

}  // namespace
}  // namespace vrlt::metrics
