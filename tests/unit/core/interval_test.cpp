#include "vrlt/core/interval.h"

#include <gtest/gtest.h>

#include <limits>

namespace vrlt {

TEST(TemporalIou, MatchesHandComputedSpans) {
  // (2.7,15) in (2,15): 12.3 / 13
  EXPECT_NEAR(temporal_iou({2.7, 15}, {2, 15}), 12.3 / 13.0, 1e-12);
  // (4.2,18) and (2,15): shared 10.8, hull 16
  EXPECT_NEAR(temporal_iou({4.2, 18}, {2, 15}), 0.675, 1e-12);
  EXPECT_EQ(temporal_iou({18, 25}, {10, 18}), 0.0) << "touching spans share nothing";
  EXPECT_EQ(temporal_iou({19, 25}, {10, 18}), 0.0);
  EXPECT_EQ(temporal_iou({10, 18}, {10, 18}), 1.0);
}

TEST(TemporalIou, UselessSpansScoreZero) {
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(temporal_iou({18, 10}, {10, 18}), 0.0);
  EXPECT_EQ(temporal_iou({14, 14}, {10, 18}), 0.0);
  EXPECT_EQ(temporal_iou({nan, 18}, {10, 18}), 0.0);
  EXPECT_EQ(temporal_iou({10, inf}, {10, 18}), 0.0);
}

TEST(TemporalSetIou, MergesBothSides) {
  // {0-4, 22-25} against {1-5}: shared 3, lengths 7 and 4: 3 / 8
  EXPECT_NEAR(temporal_set_iou({{0, 3}, {2, 4}, {22, 25}}, {{1, 5}, {2, 2}, {2, 4}}), 0.375, 1e-12);
  EXPECT_NEAR(temporal_set_iou({{0, 5}, {10, 15}}, {{0, 15}}), 10.0 / 15.0, 1e-12);
  EXPECT_EQ(temporal_set_iou({}, {{0, 5}}), 0.0);
}

TEST(TemporalIop, DividesByThePrediction) {
  EXPECT_NEAR(temporal_iop({0, 10}, {4, 6}), 0.2, 1e-12);
  EXPECT_EQ(temporal_iop({4, 4}, {0, 6}), 0.0);
}

}  // namespace vrlt
