#include "vrlt/metrics/metric.h"

#include <gtest/gtest.h>

#include <cmath>

#include "vrlt/core/error.h"

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
  EXPECT_EQ(metrics.values(), (Values{{"loss/policy", 2.0},
                                      {"response/tokens", 11.0},
                                      {"grad/max", -2.0},
                                      {"reward/min", 3.0}}));
}

TEST(MetricSet, NanShowsWhateverComesAfterIt) {
  for (const bool nan_first : {true, false}) {
    MetricSet metrics;
    const double first = nan_first ? std::nan("") : 1.0, second = nan_first ? 1.0 : std::nan("");
    for (const double value : {first, second}) {
      metrics.max("max", value);
      metrics.min("min", value);
      metrics.mean("mean", value);
      metrics.sum("sum", value);
    }
    ASSERT_EQ(metrics.values().size(), 4u);
    for (const auto& [name, value] : metrics.values()) EXPECT_TRUE(std::isnan(value)) << name;
  }
}

TEST(MetricSet, AMeanOfNothingIsLeftOut) {
  MetricSet metrics;
  metrics.mean("reward/choice", 1.0, 0.0);
  metrics.sum("batch/rows", 0.0);
  EXPECT_EQ(metrics.values(), (Values{{"batch/rows", 0.0}}));
}

TEST(MetricSet, OneNameOfTwoKindsIsABug) {
  MetricSet metrics;
  metrics.sum("x", 1);
  EXPECT_THROW(metrics.mean("x", 1), ContractError);
}

}  // namespace
}  // namespace vrlt::metrics
