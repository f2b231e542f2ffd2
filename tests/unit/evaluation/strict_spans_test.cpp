// Time spans by the strict grammar of spec benchmarks.md 4.1-4.3: the last column of its tables 9.1 and 9.3.
#include <gtest/gtest.h>

#include "evaluation/strict_grammar.h"
#include "tests/support/table_case.h"
#include "vrlt/evaluation/benchmark.h"

namespace vrlt::evaluation {
namespace {

/// Truth (10, 20).
struct SpanRow {
  const char* name;
  std::string response;
  Interval span;
  const char* failure;
  double iou;  ///< To four digits.
};
VRLT_PRINT_ROW_NAME(SpanRow)

const SpanRow kRows[] = {
    {"S1", "10 - 20", {10, 20}, "", 1},
    {"S2", "12.5 - 17.5", {12.5, 17.5}, "", 0.5},
    {"S3", "12.5 to 17.5", {12.5, 17.5}, "", 0.5},
    {"S4", "from 3.5s to 7s", {3.5, 7}, "", 0},
    {"S5", "from 12.5s to 17.5s", {12.5, 17.5}, "", 0.5},
    {"S6", "from 12.5 s to 17.5 s", {12.5, 17.5}, "", 0.5},
    {"S7", "between 12.5 and 17.5", {12.5, 17.5}, "", 0.5},
    {"S8", "17.5 - 12.5", {}, "inverted", 0},
    {"S9", "17.5 to 12.5", {}, "inverted", 0},
    {"S10", "15.0 - 45.0", {15, 45}, "", 0.1429},
    {"S11", "35 - 45", {35, 45}, "", 0},
    {"S12", "12 - 12", {12, 12}, "", 0},
    {"S13", "-5 - 15", {}, "negative", 0},
    {"S14",
     "12.5\xE2\x80\x93"
     "17.5",
     {12.5, 17.5},
     "",
     0.5},
    {"S15", "12.5 \xE2\x80\x94 17.5", {12.5, 17.5}, "", 0.5},
    {"S16", "12.5 \xE2\x88\x92 17.5", {12.5, 17.5}, "", 0.5},
    {"S17", "12.5 ~ 17.5", {12.5, 17.5}, "", 0.5},
    {"S18", "\xEF\xBC\x91\xEF\xBC\x92 - \xEF\xBC\x91\xEF\xBC\x98", {12, 18}, "", 0.6},
    {"S19", "00:00:12 - 00:00:17", {12, 17}, "", 0.5},
    {"S20", "00:12 - 00:17", {12, 17}, "", 0.5},
    {"S21", "0:12.5 to 0:17.5", {12.5, 17.5}, "", 0.5},
    {"S22", "The event starts at 00:00:12 and ends at 00:00:17.", {12, 17}, "", 0.5},
    {"S23", "Start time: 12.5 seconds\nEnd time: 17.5 seconds", {12.5, 17.5}, "", 0.5},
    {"S24", "The start time is 12.5 and the end time is 17.5.", {12.5, 17.5}, "", 0.5},
    {"S25", "5 - 8, 12 - 18", {}, "ambiguous", 0},
    {"S26", "12 - 18 and 22 - 25", {}, "ambiguous", 0},
    {"S27", "12.5-17.5-20", {}, "no_span", 0},
    {"S28", "12.5 seconds", {}, "no_span", 0},
    {"S29", "", {}, "empty", 0},
    {"S30", "None", {}, "no_span", 0},
    {"S31", "The event does not occur.", {}, "no_span", 0},
    {"S32", "NaN - NaN", {}, "no_span", 0},
    {"S33", "12..5 - 17.5", {}, "no_span", 0},
    {"S34", "12,5 - 17,5", {}, "no_span", 0},
    {"S35", "1e1 - 2e1", {}, "no_span", 0},
    {"S36", "41% - 58%", {}, "no_span", 0},
    {"S37", "[12.5, 17.5]", {12.5, 17.5}, "", 0.5},
    {"S38", "(12.5, 17.5)", {12.5, 17.5}, "", 0.5},
    {"S39", "<12.5> <17.5> because", {12.5, 17.5}, "", 0.5},
    {"S40", "<17.5> <12.5> x", {}, "inverted", 0},
    {"S41", "<5> <45> x", {5, 45}, "", 0.25},
    {"S42", "<12.5> because", {}, "no_span", 0},
    {"S43", "{\"start_time\": \"12.5\", \"end_time\": \"17.5\"}", {12.5, 17.5}, "", 0.5},
    {"S44", "<answer>{\"time\": [12.5, 17.5]}</answer>", {12.5, 17.5}, "", 0.5},
    {"S45", "<think>x</think><answer>{\"start_time\": \"12.5\", \"end_time\": \"17.5\"}</answer>", {12.5, 17.5}, "", 0.5},
    {"S46", "<think>x</think><answer>{\"start_time\": 12.5, \"end_time\": 17.5}</answer>", {12.5, 17.5}, "", 0.5},
    {"S47", "<think>x</think><answer>{\"end_time\": \"17.5\", \"start_time\": \"12.5\"}</answer>", {12.5, 17.5}, "", 0.5},
    {"S48", "<think>x</think><answer>{\"start_time\": \"12.5s\", \"end_time\": \"17.5s\"}</answer>", {12.5, 17.5}, "", 0.5},
    {"S49", "<think>x</think><answer>{\"start_time\": \"NaN\", \"end_time\": \"17.5\"}</answer>", {}, "not_finite", 0},
    {"S50", "<think>x</think><answer>{\"start_time\": \"17.5\", \"end_time\": \"12.5\"}</answer>", {}, "inverted", 0},
    {"S51", "<think>x</think><answer>{\"start_time\": \"1.2.5\", \"end_time\": \"17.5\"}</answer>", {}, "bad_json_value", 0},
    {"S52", "<think>x</think><answer>{\"start_time\": \"12.5\"}</answer>", {}, "missing_key", 0},
    {"S53", "<think>x</think><answer></answer>", {}, "empty", 0},
    {"S54", "<think>2 to 4?</think><answer>12.5 to 17.5</answer>", {12.5, 17.5}, "", 0.5},
    {"S55", "<think>first 12 to 18, no 2 to 4</think><answer>12.5-17.5</answer>", {12.5, 17.5}, "", 0.5},
    {"S56", "<think>maybe 12 to 18 then", {}, "unclosed_think", 0},
    {"S57", "<answer>12.5 to 17", {}, "unclosed_answer", 0},
    {"S58", "<answer>12.5 to 17.5</answer><answer>2 to 4</answer>", {2, 4}, "", 0},
    {"S59", "The man moves to 3 tables at 12 to 18 seconds", {12, 18}, "", 0.6},
    {"S60", "Out of Memory...", {}, "no_span", 0},
};

class SpanTable : public testing::TestWithParam<SpanRow> {};
INSTANTIATE_TEST_SUITE_P(Spec91, SpanTable, testing::ValuesIn(kRows), test::row_name);

std::string failure_of(const char* zone) { return read_spans(zone).failure; }
std::vector<Interval> spans_of(const char* zone) { return read_spans(zone).value.value_or(std::vector<Interval>{}); }

using Spans = std::vector<Interval>;

}  // namespace

TEST_P(SpanTable, Scores) {
  const auto& row = GetParam();
  const auto score =
      find_benchmark(data::Task::kTemporalGrounding).score({.task = data::Task::kTemporalGrounding, .segments = {{10, 20}}}, row.response);
  EXPECT_EQ(score.reason, *row.failure == '\0' ? "ok" : row.failure);
  EXPECT_EQ(score.parsed.at("span"), *row.failure == '\0' ? io::Json({row.span.start_seconds, row.span.end_seconds}) : io::Json(nullptr));
  EXPECT_EQ(score.metrics.back().first, "mIoU");
  EXPECT_NEAR(score.metrics.back().second, row.iou, 5.1e-5);  // half of the last digit printed
}

// 9.3, and the note below 9.1: several spans, as a task with several truths reads them.
TEST(ReadSpans, Several) {
  EXPECT_EQ(spans_of("5 - 8, 12 - 18"), (Spans{{5, 8}, {12, 18}}));
  EXPECT_EQ(spans_of("12 - 18 and 22 - 25"), (Spans{{12, 18}, {22, 25}}));
  EXPECT_EQ(spans_of("[(2, 4), (10, 20)]"), (Spans{{2, 4}, {10, 20}}));
  EXPECT_EQ(spans_of("[(12, 18),]"), (Spans{{12, 18}}));
  EXPECT_EQ(failure_of("[]"), "no_span");
  EXPECT_EQ(spans_of("[(12,18), (12,18)]"), (Spans{{12, 18}})) << "repeated spans are one";
  EXPECT_EQ(spans_of("[[12, 18]]"), (Spans{{12, 18}}));
  EXPECT_EQ(spans_of("(12, 18)"), (Spans{{12, 18}}));
  EXPECT_EQ(spans_of("[ (12, 18) ]"), (Spans{{12, 18}}));
  EXPECT_EQ(failure_of("[(18, 12)]"), "inverted");
  EXPECT_EQ(failure_of("[(-1, 5)]"), "negative");
  EXPECT_EQ(failure_of("[(12.5s, 18)]"), "no_span");
  EXPECT_EQ(failure_of("[(nan, 18)]"), "no_span");
  EXPECT_EQ(spans_of("12-18"), (Spans{{12, 18}}));
}

TEST(ReadSpans, Json) {
  EXPECT_EQ(spans_of(R"({"start": "00:12", "end": "17.5 s"})"), (Spans{{12, 17.5}}));
  EXPECT_EQ(spans_of(R"({"segments": [[1, 2], [3, 4]]})"), (Spans{{1, 2}, {3, 4}}));
  EXPECT_EQ(spans_of(R"([{"start": 1, "end": 2}, {"start": 3, "end": 4}])"), (Spans{{1, 2}, {3, 4}}));
  EXPECT_EQ(spans_of("```json\n{\"time\": [1, 2]}\n```"), (Spans{{1, 2}}));
  EXPECT_EQ(failure_of(R"({"moment": [1, 2]})"), "missing_key");
  EXPECT_EQ(failure_of("[1, 2, 3]"), "bad_json_value");
  EXPECT_EQ(failure_of(R"({"start": true, "end": 2})"), "bad_json_value");
  EXPECT_EQ(failure_of(R"({"start": "inf", "end": 2})"), "not_finite");
  EXPECT_EQ(failure_of(R"({"start": "1:75", "end": 200})"), "bad_clock");
}

TEST(ReadSpans, ClocksAndContext) {
  EXPECT_EQ(failure_of("1:70 to 2:00"), "bad_clock");
  EXPECT_EQ(failure_of("1:60:00 to 2:00:00"), "bad_clock");
  EXPECT_EQ(spans_of("1:01:05 to 1:02:00.5"), (Spans{{3665, 3720.5}}));
  EXPECT_EQ(spans_of(".5 to 2"), (Spans{{.5, 2}}));
  EXPECT_EQ(spans_of("12 until 18 secs."), (Spans{{12, 18}}));
  EXPECT_EQ(failure_of("2020-01-02"), "no_span") << "a date";
  EXPECT_EQ(failure_of("v2 - 5"), "no_span");
  EXPECT_EQ(failure_of("5 - -3"), "negative");
  EXPECT_EQ(failure_of("5 to 9x"), "no_span");
  EXPECT_EQ(failure_of("start soon, end later"), "no_span");
}

TEST(AnswerZone, SelectsAndNormalises) {
  EXPECT_EQ(answer_zone("<think>1 to 2</think>\n 3 to 4 <|im_end|></s>").value, "3 to 4");
  EXPECT_EQ(answer_zone("text <answer>a</answer> and <answer> b </answer> c").value, "b");
  EXPECT_EQ(answer_zone("\xEF\xBB\xBF"
                        "5\xE2\x80\x89\xE2\x88\x92\xE3\x80\x80"
                        "7\xE2\x80\x8B")
                .value,
            "5 - 7");  // mark, thin space, minus, wide space
  EXPECT_EQ(answer_zone("\xE2\x80\x9C"
                        "B\xE2\x80\x9D")
                .value,
            "\"B\"");
  EXPECT_EQ(answer_zone("a\xFF").value, "a\xEF\xBF\xBD");
  EXPECT_EQ(answer_zone("<think>a</think> \n").failure, "empty");
}

}  // namespace vrlt::evaluation
