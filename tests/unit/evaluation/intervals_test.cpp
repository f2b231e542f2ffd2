// Interval arithmetic: the last column of spec benchmarks.md 9.2, on whole responses and on sets of spans.
#include <gtest/gtest.h>

#include <map>

#include "tests/support/table_case.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/benchmark.h"

namespace vrlt::evaluation {
namespace {

struct IntervalRow {
  const char* name;
  std::string response;
  std::vector<Interval> truth;
  double iou, iop;  ///< Against the best of the true spans.
  const char* reason;
};
VRLT_PRINT_ROW_NAME(IntervalRow)

const std::vector<Interval> kOne = {{10, 20}}, kTwo = {{2, 4}, {10, 20}};

const IntervalRow kRows[] = {
    {"I1_inside", "12 - 18", kOne, 0.6, 1, "ok"},
    {"I2_inverted", "18 - 12", kOne, 0, 0, "inverted"},
    {"I3_inverted_around", "25 - 5", kOne, 0, 0, "inverted"},
    {"I4_inverted_equal", "20 - 10", kOne, 0, 0, "inverted"},
    {"I5_point_inside", "15 - 15", kOne, 0, 0, "ok"},
    {"I6_point_outside", "25 - 25", kOne, 0, 0, "ok"},
    {"I8_beyond_the_end", "12 - 45", kOne, 8.0 / 35, 8.0 / 33, "ok"},
    {"I9_out_of_the_video", "35 - 45", kOne, 0, 0, "ok"},
    {"I10_touching", "20 - 30", kOne, 0, 0, "ok"},
    {"I11_whole_video", "0 - 30", kOne, 1.0 / 3, 1.0 / 3, "ok"},
    {"I12_best_of_two", "12 - 18", kTwo, 0.6, 1, "ok"},
    {"I13_over_two", "2 - 20", kTwo, 10.0 / 18, 10.0 / 18, "ok"},
    {"I20_half_precision_truth", "24.3 - 30.4", {{24.296875, 30.40625}}, 6.1 / 6.109375, 1, "ok"},
    {"I21_nan", R"({"start": "NaN", "end": 17.5})", kOne, 0, 0, "not_finite"},
};

class IntervalTable : public testing::TestWithParam<IntervalRow> {};
INSTANTIATE_TEST_SUITE_P(Spec92, IntervalTable, testing::ValuesIn(kRows), test::row_name);

std::map<std::string, double> metrics(const SampleScore& score) { return {score.metrics.begin(), score.metrics.end()}; }

std::map<std::string, double> grounding(const std::string& response, Interval truth) {
  return metrics(find_benchmark(data::Task::kTemporalGrounding).score({.task = data::Task::kTemporalGrounding, .segments = {truth}}, response));
}

data::Sample question(std::vector<Interval> truth) {
  return {.task = data::Task::kGroundedQa, .options = {"red", "blue"}, .answer_option = 1, .segments = std::move(truth)};
}

SampleScore grounded(const std::string& response, std::vector<Interval> truth = kOne) {
  return find_benchmark(data::Task::kGroundedQa).score(question(std::move(truth)), response);
}

}  // namespace

TEST_P(IntervalTable, GroundedAnswer) {
  const auto& row = GetParam();
  const auto span_first = row.response.front() == '{';
  const auto score = grounded(span_first ? R"({"option": "B", )" + row.response.substr(1) : "B, " + row.response, row.truth);
  const auto values = metrics(score);
  EXPECT_EQ(score.reason, row.reason);
  EXPECT_NEAR(values.at("mIoU"), row.iou, 1e-12);  // double rounding of four operations
  EXPECT_NEAR(values.at("mIoP"), row.iop, 1e-12);
  EXPECT_EQ(values.at("accuracy"), 1.0) << "the option counts whatever the span is";
  EXPECT_EQ(values.at("Acc@GQA"), row.iop >= 0.5 ? 1.0 : 0.0);
}

TEST(SetIou, OfSeveralPredictedSpans) {
  EXPECT_NEAR(temporal_set_iou({{12, 18}}, kTwo), 0.5, 1e-12);              // I12
  EXPECT_NEAR(temporal_set_iou({{2, 20}}, kTwo), 12.0 / 18, 1e-12);         // I13
  EXPECT_EQ(temporal_set_iou(kTwo, kTwo), 1.0);                             // I14
  EXPECT_NEAR(temporal_set_iou({{2, 4}, {3, 12}}, kTwo), 4.0 / 18, 1e-12);  // I15: {2-12} shares 2-4 and 10-12 of 2-20
  EXPECT_EQ(temporal_set_iou({}, kTwo), 0.0);                               // I16
  EXPECT_EQ(temporal_iou({5, 5}, {5, 5}), 0.0);                             // I7
}

// I18, I19: 0.7 - 0.4 is 0.29999999999999993 in binary, and still reaches 0.3.
TEST(Thresholds, TiesCount) {
  EXPECT_EQ(grounding("0.4 - 0.7", {0, 1}).at("R1@0.3"), 1.0);
  EXPECT_EQ(grounding("0.1 - 0.4", {0, 1}).at("R1@0.3"), 1.0);
  EXPECT_EQ(grounding("10 - 15", {10, 20}).at("R1@0.5"), 1.0);
  EXPECT_EQ(grounding("10 - 14.99", {10, 20}).at("R1@0.5"), 0.0);
}

// Acc@GQA asks for half of the predicted span inside the truth, and the right option.
TEST(GroundedAnswers, NeedBothHalves) {
  EXPECT_EQ(metrics(grounded("B, 5 - 15")).at("Acc@GQA"), 1.0) << "a tie counts";
  EXPECT_EQ(metrics(grounded("B, 4 - 15")).at("Acc@GQA"), 0.0) << "5 of 11 s";
  EXPECT_EQ(metrics(grounded("A, 10 - 20")).at("Acc@GQA"), 0.0);
  EXPECT_EQ(metrics(grounded("A, 10 - 20")).at("mIoU"), 1.0);
  EXPECT_EQ(grounded("B").reason, "no_span");
  EXPECT_EQ(grounded("10 - 20").reason, "no_option");
  EXPECT_EQ(grounded("(B) [10, 20]").reason, "ok");
  EXPECT_EQ(grounded("B (10, 20)").reason, "ok");
  EXPECT_EQ(grounded("<think>t</think><answer>B. blue, from 10s to 20s</answer>").reason, "ok");
}

// NExT-QA's ungrounded questions: the option is scored, spans are not.
TEST(GroundedAnswers, OmitWhatHasNoLabel) {
  const auto benchmark = find_benchmark(data::Task::kGroundedQa);
  EXPECT_EQ(metrics(benchmark.score(question({}), "B, 10 - 20")), (std::map<std::string, double>{{"accuracy", 1.0}}));
  auto hidden = question(kOne);
  hidden.answer_option.reset();
  EXPECT_FALSE(metrics(benchmark.score(hidden, "B, 10 - 20")).contains("accuracy"));
  EXPECT_EQ(metrics(benchmark.score(hidden, "B, 10 - 20")).at("mIoU"), 1.0);
}

TEST(FindBenchmark, NamesTheKnownTasks) {
  try {
    find_benchmark(data::Task::kOpen);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("tvg"), std::string::npos) << error.what();
  }
}

}  // namespace vrlt::evaluation
