#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "vrlt/core/error.h"
#include "vrlt/metrics/metric.h"

namespace vrlt::metrics {
namespace {

using Values = std::vector<std::pair<std::string, double>>;

TEST(MetricSet, MergingRanksGivesWhatOneRankWouldHaveRecorded) {
  MetricSet first, second;
  first.mean("mean", 1.0, 3.0);
  first.sum("sum", 2.0);
  first.max("max", 5.0);
  first.min("min", 5.0);
  second.max("max", 7.0);
  second.mean("mean", 5.0);
  second.min("min", -1.0);
  second.sum("sum", 0.5);
  second.sum("only_there", 4.0);
  first.merge(second.to_bytes());
  // mean: (3 * 1 + 1 * 5) / 4 = 2, not the mean 3 of the two means
  EXPECT_EQ(
      first.values(),
      (Values{{"mean", 2.0}, {"sum", 2.5}, {"max", 7.0}, {"min", -1.0}, {"only_there", 4.0}}));
}

TEST(MetricSet, MergingKeepsTheLastBitAndWhatIsNotFinite) {
  MetricSet empty, full;
  full.sum("third", 1.0 / 3.0);
  full.sum("infinite", std::numeric_limits<double>::infinity());
  full.mean("nan", std::nan(""));
  full.max("a name/with any bytes\n", -0.1);
  empty.merge(full.to_bytes());
  ASSERT_EQ(empty.values().size(), 4u);
  EXPECT_EQ(empty.values()[0].second, 1.0 / 3.0);
  EXPECT_EQ(empty.values()[1].second, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(empty.values()[2].second));
  EXPECT_EQ(empty.values()[3], (Values::value_type{"a name/with any bytes\n", -0.1}));
}

// 2, 4, 9 around a large offset: mean 5, squared distances 9 + 1 + 16 = 26, divided by N - 1 = 2.
TEST(MetricSet, SpreadIsTheStandardDeviationOfAllRanksTogether) {
  constexpr double kOffset = 1e9;
  MetricSet first, second, third;
  first.spread("std", kOffset + 2.0);
  EXPECT_TRUE(first.values().empty()) << "one value has no spread";
  second.spread("std", kOffset + 4.0);
  second.spread("std", kOffset + 9.0);
  first.merge(second.to_bytes());
  first.merge(third.to_bytes());
  ASSERT_EQ(first.values().size(), 1u);
  EXPECT_NEAR(first.values()[0].second, std::sqrt(13.0), 1e-6);  // 1e9 has an ulp of 1e-7
}

TEST(MetricSet, MergingNothingChangesNothing) {
  MetricSet set;
  set.mean("a", 1.5);
  set.merge(MetricSet().to_bytes());
  EXPECT_EQ(set.values(), (Values{{"a", 1.5}}));
}

TEST(MetricSet, TruncatedBytesAreRefused) {
  MetricSet set, target;
  set.sum("name", 1.0);
  const auto bytes = set.to_bytes();
  for (size_t size = 1; size < bytes.size(); ++size)
    EXPECT_THROW(target.merge(std::string_view(bytes).substr(0, size)), ContractError) << size;
}

}  // namespace
}  // namespace vrlt::metrics
