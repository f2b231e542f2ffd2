// The tables of docs/spec/rewards.md#temporal-overlap: the reward on a whole response.
#include <gtest/gtest.h>

#include "tests/support/score_one.h"
#include "tests/support/table_case.h"
#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {
namespace {

struct IouRow {
  const char* name;
  std::string answer;
  std::vector<Interval> truth;
  double value;
  const char* reason;
};
VRLT_PRINT_ROW_NAME(IouRow)

const std::vector<Interval> kTruth = {{10, 18}};

const IouRow kRows[] = {
    // Duration 30, truth (10, 18): shared seconds over those from the first start to the last end.
    {"equal", "10 to 18", kTruth, 1.0, "ok"},
    {"inside", "12 to 16", kTruth, 4.0 / 8, "ok"},
    {"around", "8 to 20", kTruth, 8.0 / 12, "ok"},
    {"whole_video", "0 to 30", kTruth, 8.0 / 30, "ok"},
    {"touching", "18 to 25", kTruth, 0, "wrong"},
    {"after", "19 to 25", kTruth, 0, "wrong"},
    {"far_after", "22 to 30", kTruth, 0, "wrong"},
    {"point_inside", "14 to 14", kTruth, 0, "zero_length"},
    {"point_at_start", "10 to 10", kTruth, 0, "zero_length"},
    {"point_at_zero", "0 to 0", kTruth, 0, "zero_length"},
    {"point_at_end", "30 to 30", kTruth, 0, "zero_length"},
    {"inverted", "18 to 10", kTruth, 0, "inverted"},
    {"beyond_the_end", "10 to 45", kTruth, 8.0 / 35, "ok"},
    {"out_of_the_video", "40 to 50", kTruth, 0, "wrong"},
    {"nan", "nan to 18", kTruth, 0, "no_span"},
    {"inf", "10 to inf", kTruth, 0, "no_span"},
    // The seed's figure.
    {"figure_1", "75 to 127", {{85, 139.5}}, 42.0 / 64.5, "ok"},
    {"figure_2", "2.7 to 15", {{2, 15}}, 12.3 / 13, "ok"},
    {"figure_3", "4.2 to 18", {{2, 15}}, 10.8 / 16, "ok"},
    {"figure_4", "2.6 to 16", {{2, 15}}, 12.4 / 14, "ok"},
    // Sets: both sides are merged.
    {"set_overlapping",
     "[[0, 3], [2, 4], [22, 25]]",
     {{1, 5}, {2, 2}, {2, 4}},
     0.375,
     "ok"},  // {0-4, 22-25} and {1-5}: 3 / 8
    {"set_reordered", "[[0, 5], [10, 15]]", {{10, 15}, {0, 5}}, 1.0, "ok"},
    {"set_repeated", "[[1, 2], [3, 4], [5, 6]]", {{0, 4}, {4, 10}}, 3.0 / 10, "ok"},
    {"set_touching", "[[0, 10]]", {{0, 5}, {5, 10}}, 1.0, "ok"},
    {"set_of_points", "[[3, 3]]", {{0, 5}, {6, 7}}, 0, "zero_length"},
    {"several_spans_for_one", "[[0, 5], [10, 15]]", {{0, 15}}, 0, "ambiguous"},
};

class IouTable : public testing::TestWithParam<IouRow> {};
INSTANTIATE_TEST_SUITE_P(Spec33, IouTable, testing::ValuesIn(kRows), test::row_name);

RewardOutput reward(const std::string& answer, const data::Sample& sample,
                    const RewardOptions& options = {}) {
  return test::score_one("temporal_iou", sample, test::think_and_answer(answer), options);
}

}  // namespace

TEST_P(IouTable, Reward) {
  const auto& row = GetParam();
  const auto output =
      reward(row.answer,
             {.task = data::Task::kTemporalGrounding, .duration = 30.0, .segments = row.truth});
  EXPECT_TRUE(output.applicable);
  EXPECT_NEAR(output.value, row.value, 1e-12);  // double rounding of four operations
  EXPECT_EQ(output.reason, row.reason);
}

// The model's clock starts at clip_start: truth 110 to 118 of the file is 10 to 18 of the clip.
TEST(TemporalIouReward, CountsFromTheClipStart) {
  const data::Sample sample{
      .task = data::Task::kTemporalGrounding, .clip_start = 100.0, .segments = {{110, 118}}};
  EXPECT_EQ(reward("10 to 18", sample).value, 1.0);
  EXPECT_EQ(reward("110 to 118", sample).value, 0.0);
}

data::Sample thirty_seconds() {
  return {.task = data::Task::kTemporalGrounding, .duration = 30.0, .segments = {{10, 18}}};
}

TEST(TemporalIouReward, InvertedSpansCanBeSwapped) {
  EXPECT_EQ(reward("18 to 10", thirty_seconds()).value, 0.0);
  EXPECT_EQ(reward("18 to 10", thirty_seconds(), {.inverted = "swap"}).value, 1.0);
}

// (10, 45) against (10, 18) in 30 s: 8/35, or 8/20 = 0.4 when the prediction ends with the clip.
TEST(TemporalIouReward, SpansBeyondTheEndAreKeptClampedOrWorthNothing) {
  EXPECT_EQ(reward("10 to 45", thirty_seconds()).value, 8.0 / 35);
  EXPECT_EQ(reward("10 to 45", thirty_seconds(), {.out_of_range = "clamp"}).value, 0.4);
  EXPECT_EQ(reward("10 to 45", thirty_seconds(), {.out_of_range = "zero"}).value, 0.0);
  EXPECT_EQ(reward("10 to 45", thirty_seconds(), {.out_of_range = "zero"}).reason,
            "out_of_range_span");
  EXPECT_EQ(reward("40 to 50", thirty_seconds(), {.out_of_range = "clamp"}).reason, "zero_length");
  auto cut = thirty_seconds();
  cut.clip_start = 5;  // the clip is 15 s long and the truth is 5 to 13 on its clock
  cut.clip_end = 20;
  EXPECT_EQ(reward("5 to 50", cut, {.out_of_range = "clamp"}).value, 0.8);
}

TEST(TemporalIouReward, WhichOfSeveralSpansCounts) {
  EXPECT_EQ(reward("10 to 18, 20 to 25", thirty_seconds()).reason, "ambiguous");
  EXPECT_EQ(reward("10 to 18, 20 to 25", thirty_seconds(), {.span = "first"}).value, 1.0);
  EXPECT_EQ(reward("10 to 18, 20 to 25", thirty_seconds(), {.span = "last"}).value, 0.0);
}

TEST(TemporalIouReward, WhichAnswerBlockCounts) {
  const auto value = [](const RewardOptions& options) {
    return test::score_one("temporal_iou", thirty_seconds(),
                           "<answer>10 to 18</answer><answer>1 to 2</answer>", options)
        .value;
  };
  EXPECT_EQ(value({}), 0.0);
  EXPECT_EQ(value({.answer_block = "first"}), 1.0);
  EXPECT_EQ(value({.answer_block = "last"}), 0.0);
}

// A policy that answers with the whole clip earns (b - a) / D: its share is a metric.
TEST(TemporalIouReward, ReportsPredictionsOfNearlyTheWholeClip) {
  const auto covers = [](const char* answer) {
    return reward(answer, thirty_seconds()).extra.at(0).second;
  };
  EXPECT_EQ(covers("0 to 30"), 1.0);
  EXPECT_EQ(covers("2 to 29.5"), 1.0) << "27.5 of 30 s are more than 90 %";
  EXPECT_EQ(covers("0 to 27"), 0.0);
}

TEST(TemporalIouReward, ShowsWhatItRead) {
  EXPECT_EQ(reward("from 10.5s to 0:18", thirty_seconds()).read, "10.5 to 18 s");
}

TEST(TemporalIouReward, SaysNothingAboutOtherTasks) {
  const data::Sample sample{
      .task = data::Task::kMultipleChoice, .options = {"x", "y"}, .answer_option = 0};
  EXPECT_FALSE(reward("10 to 18", sample).applicable);
}

}  // namespace vrlt::rewards
