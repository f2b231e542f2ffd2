// Interval arithmetic: the table of docs/spec/benchmarks.md#overlap, official columns and ours.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "evaluation/compat/overlaps.h"
#include "tests/support/table_case.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/compat_profile.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/reading/official/span_readers.h"

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
    {"inside", "12 - 18", kOne, 0.6, 1, "ok"},
    {"inverted", "18 - 12", kOne, 0, 0, "inverted"},
    {"inverted_around", "25 - 5", kOne, 0, 0, "inverted"},
    {"inverted_equal", "20 - 10", kOne, 0, 0, "inverted"},
    {"point_inside", "15 - 15", kOne, 0, 0, "zero_length"},
    {"point_outside", "25 - 25", kOne, 0, 0, "zero_length"},
    {"beyond_the_end", "12 - 45", kOne, 8.0 / 35, 8.0 / 33, "ok"},
    {"out_of_the_video", "35 - 45", kOne, 0, 0, "wrong"},
    {"touching", "20 - 30", kOne, 0, 0, "wrong"},
    {"whole_video", "0 - 30", kOne, 1.0 / 3, 1.0 / 3, "ok"},
    {"best_of_two", "12 - 18", kTwo, 0.6, 1, "ok"},
    {"over_two", "2 - 20", kTwo, 10.0 / 18, 10.0 / 18, "ok"},
    {"half_precision_truth", "24.3 - 30.4", {{24.296875, 30.40625}}, 6.1 / 6.109375, 1, "ok"},
    {"nan", R"({"start": "NaN", "end": 17.5})", kOne, 0, 0, "not_finite"},
};

class IntervalTable : public testing::TestWithParam<IntervalRow> {};
INSTANTIATE_TEST_SUITE_P(Rows, IntervalTable, testing::ValuesIn(kRows), test::row_name);

std::map<std::string, double> metrics(const SampleScore& score) {
  return {score.metrics.begin(), score.metrics.end()};
}

std::map<std::string, double> grounding(const std::string& response, Interval truth) {
  return metrics(
      find_strict(data::Task::kTemporalGrounding)
          .score({.task = data::Task::kTemporalGrounding, .segments = {truth}}, response));
}

data::Sample question(std::vector<Interval> truth) {
  return {.task = data::Task::kGroundedQa,
          .options = {"red", "blue"},
          .answer_option = 1,
          .segments = std::move(truth)};
}

SampleScore grounded(const std::string& response, std::vector<Interval> truth = kOne) {
  return find_strict(data::Task::kGroundedQa).score(question(std::move(truth)), response);
}

}  // namespace

TEST_P(IntervalTable, GroundedAnswer) {
  const auto& row = GetParam();
  const auto span_first = row.response.front() == '{';
  const auto score =
      grounded(span_first ? R"({"option": "B", )" + row.response.substr(1) : "B, " + row.response,
               row.truth);
  const auto values = metrics(score);
  EXPECT_EQ(score.reason, row.reason);
  EXPECT_NEAR(values.at("mIoU"), row.iou, 1e-12);  // double rounding of four operations
  EXPECT_NEAR(values.at("mIoP"), row.iop, 1e-12);
  EXPECT_EQ(values.at("accuracy"), 1.0) << "the option counts whatever the span is";
  EXPECT_EQ(values.at("Acc@GQA"), row.iop >= 0.5 ? 1.0 : 0.0);
}

TEST(SetIou, OfSeveralPredictedSpans) {
  EXPECT_NEAR(temporal_set_iou({{12, 18}}, kTwo), 0.5, 1e-12);
  EXPECT_NEAR(temporal_set_iou({{2, 20}}, kTwo), 12.0 / 18, 1e-12);
  EXPECT_EQ(temporal_set_iou(kTwo, kTwo), 1.0);
  // {2-12} shares 2-4 and 10-12 of 2-20
  EXPECT_NEAR(temporal_set_iou({{2, 4}, {3, 12}}, kTwo), 4.0 / 18, 1e-12);
  EXPECT_EQ(temporal_set_iou({}, kTwo), 0.0);
  EXPECT_EQ(temporal_iou({5, 5}, {5, 5}), 0.0);
}

// What the strict score makes of several spans: the metrics of one span are 0, mIoU_set takes them
// all.
TEST(SetIou, IsPrintedBesideTheIouOfOneSpan) {
  const auto one = metrics(grounded("<answer>B</answer><glue>[(12, 18)]</glue>", kTwo));
  EXPECT_NEAR(one.at("mIoU"), 0.6, 1e-12);
  EXPECT_NEAR(one.at("mIoU_set"), 0.5, 1e-12);
  const auto several = metrics(grounded("<answer>B</answer><glue>[(2, 4), (10, 20)]</glue>", kTwo));
  EXPECT_EQ(several.at("mIoU"), 0.0);
  EXPECT_EQ(several.at("mIoU_set"), 1.0);
  EXPECT_EQ(grounded("<answer>B</answer><glue></glue>").reason, "empty");
  EXPECT_EQ(grounded("<answer>B</answer><glue>[(1, 2)]").reason, "unclosed_answer");
  EXPECT_EQ(grounded("<answer>B</answer>").reason, "no_span") << "the option still counts";
}

TEST(Flags, TellOddSpansThatAreKept) {
  EXPECT_EQ(grounded("B, 15 - 15").parsed["flags"], io::Json({"zero_length"}));
  data::Sample sample = {.task = data::Task::kTemporalGrounding, .duration = 30, .segments = kOne};
  const auto score = find_strict(sample.task).score(sample, "12 - 45");
  EXPECT_EQ(score.parsed["flags"], io::Json({"out_of_range"}));
  EXPECT_EQ(score.reason, "ok");
}

// The official columns. The last two cells of a row: NExT-GQA's IoU and IoP.
TEST(OfficialOverlaps, OfficialColumns) {
  using namespace compat;
  using namespace reading::official;
  struct Row {
    const char* name;
    Interval span;
    std::vector<Interval> truth;
    double hull, lita, set, iou, iop;
  };
  const double rejected = -1;  // VideoChat-R1 takes no such list
  const Row rows[] = {
      {"inside", {12, 18}, kOne, 0.6, 0.6, 0.6, 0.6, 1},
      {"inverted", {18, 12}, kOne, 0, 0.6, rejected, 0, 0},
      {"inverted_around", {25, 5}, kOne, 0, 0.5, rejected, 0, 0},
      {"inverted_equal", {20, 10}, kOne, 0, 1, rejected, 0, 0},
      {"point_inside", {15, 15}, kOne, 0, 0, 0, 0, 1},
      {"point_outside", {25, 25}, kOne, 0, 0, 0, 0, 0},
      {"beyond_the_end", {12, 45}, kOne, 8.0 / 35, 0.4, 8.0 / 35, 8.0 / 35, 8.0 / 33},
      {"out_of_the_video", {35, 45}, kOne, 0, 0, 0, 0, 0},
      {"touching", {20, 30}, kOne, 0, 0, 0, 0, 0},
      {"whole_video", {0, 30}, kOne, 1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 3, 1.0 / 3},
      {"best_of_two", {12, 18}, kTwo, 0.6, -1, 0.5, 0.6, 1},
      {"over_two", {2, 20}, kTwo, 10.0 / 18, -1, 12.0 / 18, 10.0 / 18, 10.0 / 18},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_NEAR(hull_iou(row.span, row.truth.back()).value(), row.hull, 1e-12);
    if (row.set != rejected) {
      EXPECT_NEAR(videochat_set_iou({row.span}, row.truth), row.set, 1e-12);
    }
    EXPECT_NEAR(nextgqa_overlap(row.span, row.truth).iou, row.iou, 1e-12);
    EXPECT_NEAR(nextgqa_overlap(row.span, row.truth).iop, row.iop, 1e-12);
    if (row.lita < 0) continue;
    const auto text = concat("<", row.span.start_seconds, "> <", row.span.end_seconds, ">");
    EXPECT_NEAR(union_iou(read_lita(text, 30).span.value(), row.truth.front()), row.lita, 1e-12);
  }
}

TEST(OfficialOverlaps, OfEmptyEqualAndUnusualSpans) {
  using namespace compat;
  EXPECT_FALSE(hull_iou({5, 5}, {5, 5})) << "Temporal-R1 divides by it";
  EXPECT_EQ(union_iou({5, 5}, {5, 5}), 0.0);
  EXPECT_EQ(nextgqa_overlap({5, 5}, {{5, 5}}).iop, 1.0);
  EXPECT_EQ(videochat_set_iou({{5, 5}}, {{5, 5}}), 1.0);
  EXPECT_EQ(videochat_set_iou(kTwo, kTwo), 1.0);
  EXPECT_NEAR(videochat_set_iou({{2, 4}, {3, 12}}, kTwo), 4.0 / 18, 1e-12);
  EXPECT_EQ(videochat_set_iou({}, kTwo), 0.0);
  EXPECT_EQ(videochat_set_iou({}, {}), 1.0);
  EXPECT_EQ(hull_iou({0.4, 0.7}, {0, 1}), 0.29999999999999993);  // a miss at 0.3
  EXPECT_NEAR(hull_iou({24.3, 30.4}, {24.296875, 30.40625}).value(), 0.998465, 5e-7);
  const auto one_nan = nextgqa_overlap({NAN, 17.5}, kOne),
             two_nan = nextgqa_overlap({NAN, NAN}, kOne);
  EXPECT_EQ(one_nan.iou, 0.75);
  EXPECT_EQ(one_nan.iop, 0.0);
  EXPECT_EQ(two_nan.iou, 1.0);
  EXPECT_EQ(two_nan.iop, 0.0);
}

// Ties in the official scripts.
TEST(OfficialThresholds, Ties) {
  const auto official = [](const char* profile, const char* response, Interval truth) {
    return metrics(find_compat(profile).score(
        {.task = data::Task::kTemporalGrounding, .segments = {truth}}, response, 0));
  };
  EXPECT_EQ(official("tvg.seed", "0.4 - 0.7", {0, 1}).at("R1@0.3"), 0.0);
  EXPECT_EQ(official("tvg.seed", "0.1 - 0.4", {0, 1}).at("R1@0.3"), 1.0);
  EXPECT_EQ(official("tvg.to_and", "10 to 15", {10, 20}).at("R1@0.5"), 1.0);
  EXPECT_EQ(official("tvg.time_r1", "10 to 15", {10, 20}).at("R1@0.5"), 0.0);
  EXPECT_EQ(official("tvg.time_r1", "10 to 15.1", {10, 20}).at("R1@0.5"), 1.0);
}

// An id that is not in the file of predictions is left out there, and so is a question without a
// span here.
TEST(OfficialGrounding, NoSpan) {
  const auto nextgqa =
      metrics(find_compat("gqa.nextgqa").score(question(kTwo), "<answer>B</answer>", 0));
  EXPECT_EQ(nextgqa, (std::map<std::string, double>{{"accuracy", 1.0}}));
  const auto rextime =
      metrics(find_compat("gqa.rextime").score(question(kTwo), "<answer>B</answer>", 0));
  EXPECT_EQ(rextime.at("mIoU"), 0.0);
  EXPECT_EQ(rextime.at("accuracy"), 1.0);
  EXPECT_EQ(
      metrics(find_compat("gqa.rextime").score(question(kTwo), "B, 2 - 4, 10 - 20", 0)).at("mIoU"),
      1.0)
      << "the first window";
  EXPECT_EQ(find_compat("gqa.vcr1").score(question(kTwo), "<answer>B</answer>", 0).reason,
            "missing");
}

// 0.7 - 0.4 is 0.29999999999999993 in binary, and still reaches 0.3.
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
  const auto benchmark = find_strict(data::Task::kGroundedQa);
  EXPECT_EQ(metrics(benchmark.score(question({}), "B, 10 - 20")),
            (std::map<std::string, double>{{"accuracy", 1.0}}));
  auto hidden = question(kOne);
  hidden.answer_option.reset();
  EXPECT_FALSE(metrics(benchmark.score(hidden, "B, 10 - 20")).contains("accuracy"));
  EXPECT_EQ(metrics(benchmark.score(hidden, "B, 10 - 20")).at("mIoU"), 1.0);
}

TEST(FindStrict, EveryTaskHasARow) {
  for (const char* name :
       {"mcq", "tvg", "gqa", "yes_no", "caption_match", "caption", "rtl", "open"})
    EXPECT_EQ(find_strict(*data::parse_task(name)).task, data::parse_task(name));
}

TEST(OpenAnswers, AreScoredByTheirWordsWhereTheRecordHasAnAnswer) {
  const auto open = find_strict(data::Task::kOpen);
  data::Sample sample{.task = data::Task::kOpen, .answer_text = "a red ball"};
  EXPECT_EQ(metrics(open.score(sample, "<answer>A red ball.</answer>")),
            (std::map<std::string, double>{{"rouge", 1.0}}));
  // "red ball" of "a red ball": 1 word of 2 and 3 more: ROUGE-1 = ROUGE-L = 2 * 1 * (2/3) / (1 +
  // 2/3) = 0.8; pairs: 1 of 1, of 2: 2/3. Mean 0.75556.
  EXPECT_NEAR(metrics(open.score(sample, "red ball")).at("rouge"), (0.8 + 0.8 + 2.0 / 3) / 3,
              1e-12);
  const auto unreadable = open.score(sample, "<answer>a red ball");
  EXPECT_EQ(metrics(unreadable).at("rouge"), 0.0);
  EXPECT_EQ(unreadable.reason, "unclosed_answer");
  sample.answer_text.reset();
  EXPECT_TRUE(open.score(sample, "a red ball").metrics.empty()) << "counted as unlabelled";
}

}  // namespace vrlt::evaluation
