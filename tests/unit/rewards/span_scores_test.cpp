// The tables of docs/spec/rewards.md#temporal-overlap and #timestamp-aware-overlap beyond plain
// IoU.
#include "rewards/span_scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/score_one.h"
#include "tests/support/table_case.h"

namespace vrlt::rewards {
namespace {

using Spans = std::vector<Interval>;

constexpr double kPrinted = 5e-7;  // the table has six decimals
constexpr double kNotPrinted = -9.0;

// D = 30, truth (10, 18).
constexpr Interval kTruth{10, 18};
constexpr double kDuration = 30;

struct SpanScoreRow {
  const char* name;
  Interval predicted;
  double iou, timer1, giou, wasserstein;
};
VRLT_PRINT_ROW_NAME(SpanScoreRow)

constexpr double kNan = std::numeric_limits<double>::quiet_NaN(),
                 kInfinity = std::numeric_limits<double>::infinity();

const SpanScoreRow kRows[] = {
    {"equal", {10, 18}, 1, 1, 1, 1},
    {"inside", {12, 16}, 0.5, 0.435556, 0.75, 0.882497},
    {"around", {8, 20}, 0.666667, 0.580741, 0.833333, 0.882497},
    {"whole_video", {0, 30}, 0.266667, 0.106667, 0.633333, 0.499983},
    {"touching", {18, 25}, 0, 0, 0.5, kNotPrinted},
    {"after", {19, 25}, 0, 0, 0.466667, 0.367879},
    {"far_after", {22, 30}, 0, 0, 0.4, 0.223130},
    {"point_inside", {14, 14}, 0, 0, kNotPrinted, 0},
    {"point_at_start", {10, 10}, 0, 0, kNotPrinted, 0},
    {"point_at_zero", {0, 0}, 0, 0, kNotPrinted, 0},
    {"point_at_end", {30, 30}, 0, 0, kNotPrinted, 0},
    {"inverted", {18, 10}, 0, 0, kNotPrinted, kNotPrinted},
    {"beyond_the_end", {10, 45}, 0.228571, 0.022857, 0.614286, kNotPrinted},
    {"out_of_the_video", {40, 50}, 0, 0, kNotPrinted, kNotPrinted},
    {"nan_start", {kNan, 18}, 0, 0, kNotPrinted, 0},
    {"nan_end", {10, kNan}, 0, 0, kNotPrinted, 0},
    {"inf_end", {10, kInfinity}, 0, 0, kNotPrinted, 0},
};

class SpanScores : public testing::TestWithParam<SpanScoreRow> {};
INSTANTIATE_TEST_SUITE_P(Spec33, SpanScores, testing::ValuesIn(kRows), test::row_name);

void expect_printed(double value, double expected) {
  EXPECT_TRUE(std::isfinite(value));
  if (expected != kNotPrinted) {
    EXPECT_NEAR(value, expected, kPrinted);
  }
}

struct SetRow {
  const char* name;
  Spans predicted, truth;
  double iou, global, local;
};
VRLT_PRINT_ROW_NAME(SetRow)

const SetRow kSets[] = {
    {"overlapping",
     {{0, 3}, {2, 4}, {22, 25}},
     {{1, 5}, {2, 2}, {2, 4}},
     0.375,
     0.769230,
     0.436232},
    {"two_in_one", {{0, 5}, {10, 15}}, {{0, 15}}, 0.666667, 0.799999, 0.333333},
    {"reordered", {{0, 5}, {10, 15}}, {{10, 15}, {0, 5}}, 1, 0.999999, 0.333333},
    {"touching", {{0, 5}, {5, 10}}, {{0, 10}}, 1, 0.999999, 0.375},
    {"repeated", {{0, 5}, {0, 5}}, {{0, 5}}, 1, 0.999999, 0.5},
    {"three_in_one", {{1, 2}, {3, 4}, {5, 6}}, {{0, 10}}, 0.3, 0.461538, 0.183333},
    {"none", {}, {{0, 5}}, 0, 0, 0},
    {"point", {{3, 3}}, {{0, 5}}, 0, 0, 0},
};

class SetScores : public testing::TestWithParam<SetRow> {};
INSTANTIATE_TEST_SUITE_P(Spec33, SetScores, testing::ValuesIn(kSets), test::row_name);

}  // namespace

TEST_P(SpanScores, Iou) {
  expect_printed(temporal_iou(GetParam().predicted, kTruth), GetParam().iou);
}
TEST_P(SpanScores, TimeR1) {
  expect_printed(timestamp_aware_iou(GetParam().predicted, kTruth, kDuration, false),
                 GetParam().timer1);
}
TEST_P(SpanScores, TimeR1Clamped) {
  expect_printed(timestamp_aware_iou(GetParam().predicted, kTruth, kDuration, true),
                 GetParam().timer1);
}
TEST_P(SpanScores, NormalizedGiou) {
  expect_printed(normalized_giou({GetParam().predicted}, {kTruth}), GetParam().giou);
}
TEST_P(SpanScores, Wasserstein) {
  expect_printed(wasserstein_similarity({GetParam().predicted}, {kTruth}, 1.0),
                 GetParam().wasserstein);
}

TEST_P(SetScores, Iou) {
  expect_printed(temporal_set_iou(GetParam().predicted, GetParam().truth), GetParam().iou);
}
TEST_P(SetScores, MusegGlobal) {
  expect_printed(segment_f1(GetParam().predicted, GetParam().truth, /*merge_truth=*/false),
                 GetParam().global);
}
TEST_P(SetScores, MusegLocal) {
  expect_printed(paired_giou(GetParam().predicted, GetParam().truth), GetParam().local);
}

// The pitfall of MUSEG's global score: (1, 5), (2, 4) counts two seconds twice. Merged, 3 of 7 and
// 3 of 4 seconds: 2 * 3 / 11.
TEST(SegmentF1, MergesTheTruth) {
  // three 1e-6 in denominators
  EXPECT_NEAR(
      segment_f1({{0, 3}, {2, 4}, {22, 25}}, {{1, 5}, {2, 2}, {2, 4}}, /*merge_truth=*/true),
      6.0 / 11, 2e-6);
}

// segment_pairs sorts before it pairs, so that the order of the answer does not matter; museg_local
// pairs as they come.
TEST(SegmentPairs, OrderOfTheAnswerDoesNotMatter) {
  const data::Sample sample{.task = data::Task::kTemporalGrounding, .segments = {{0, 5}, {10, 15}}};
  const auto value = [&](const char* reward, const char* answer) {
    return test::score_one(reward, sample, test::think_and_answer(answer)).value;
  };
  EXPECT_EQ(value("segment_pairs", "10-15 0-5"), 1.0);
  EXPECT_NEAR(value("museg_local", "10-15 0-5"), 1.0 / 3, 1e-12);
  EXPECT_EQ(value("museg_local", "0-5 10-15"), 1.0);
}

// docs/spec/rewards.md#timestamp-aware-overlap: D = 10, truth (2, 6), prediction (2, 30): IoU 4/28,
// factors 1 and 1 - 24/10 = -1.4, product -0.2; clamped 0.
TEST(TimestampAwareIou, IsNegativeBeyondTheEndUnlessClamped) {
  EXPECT_NEAR(timestamp_aware_iou({2, 30}, {2, 6}, 10, false), -0.2, 1e-12);
  EXPECT_EQ(timestamp_aware_iou({2, 30}, {2, 6}, 10, true), 0.0);
  const data::Sample sample{
      .task = data::Task::kTemporalGrounding, .duration = 10.0, .segments = {{2, 6}}};
  EXPECT_NEAR(
      test::score_one("temporal_iou_timer1_peer", sample, test::think_and_answer("2 to 30")).value,
      -0.2, 1e-12);
  EXPECT_EQ(test::score_one("temporal_iou_timer1", sample, test::think_and_answer("2 to 30")).value,
            0.0);
  EXPECT_FALSE(test::score_one("temporal_iou_timer1",
                               {.task = data::Task::kTemporalGrounding, .segments = {{2, 6}}}, "")
                   .applicable)
      << "without a duration there is no telling";
}

// Pitfall 11: Time-R1's parser drops the minus sign.
TEST(TimestampAwareIou, OursRefusesNegativeTimes) {
  const data::Sample sample{
      .task = data::Task::kTemporalGrounding, .duration = 30.0, .segments = {{5, 18}}};
  EXPECT_EQ(
      test::score_one("temporal_iou_timer1_peer", sample, test::think_and_answer("-5 to 18")).value,
      1.0);
  EXPECT_EQ(
      test::score_one("temporal_iou_timer1", sample, test::think_and_answer("-5 to 18")).reason,
      "negative");
}

// Uniform on (0, 1) against uniform on (0, 1) and (3, 4). The difference of the cumulative
// distributions is x/2 on (0, 1), then 1/2 on (1, 3), then falls to 0 on (3, 4): areas 1/4 + 1 +
// 1/4 = 1.5. Length 2: exp(-0.75).
TEST(Wasserstein, OfSeveralSpans) {
  EXPECT_NEAR(wasserstein_similarity({{0, 1}}, {{0, 1}, {3, 4}}, 1.0), std::exp(-0.75), 1e-12);
  EXPECT_NEAR(wasserstein_similarity({{0, 1}}, {{0, 1}, {3, 4}}, 2.0), std::exp(-1.5), 1e-12)
      << "beta";
  EXPECT_EQ(wasserstein_similarity({{3, 4}, {0, 0.5}, {0.5, 1}}, {{0, 1}, {3, 4}}, 1.0), 1.0)
      << "merged sets are equal";
  EXPECT_EQ(wasserstein_similarity({}, {{0, 1}}, 1.0), 0.0);
}

TEST(NormalizedGiou, OfSeveralSpans) {
  // Shared 1, united 2, hull 4: IoU 1/2, GIoU 1/2 - 2/4 = 0.
  EXPECT_EQ(normalized_giou({{0, 1}}, {{0, 1}, {3, 4}}), 0.5);
  EXPECT_EQ(normalized_giou({}, {{0, 1}}), 0.0);
}

}  // namespace vrlt::rewards
